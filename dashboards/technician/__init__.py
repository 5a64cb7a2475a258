"""The technician's pages, one file each."""
