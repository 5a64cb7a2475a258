"""Other programs, for administrators: their tokens, what these may, and what is sent to them."""
