"""The site file: read, checked, and the one in force."""
