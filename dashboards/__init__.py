"""What each role may see and do."""
