"""The pages of care staff and their leaders, one file each."""
