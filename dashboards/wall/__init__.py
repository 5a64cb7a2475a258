"""The screen on the duty room's wall, and the floor plan: where things are, readable from across the room."""
