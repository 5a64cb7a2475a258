"""The pages of care staff and their leaders."""
