"""The clock, the sockets, the disk, delivery."""
