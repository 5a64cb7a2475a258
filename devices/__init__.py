"""What a message says: bytes become readings. Pure: no clock, no sockets, no disk."""
