"""The people of the house, for administrators: who there is, and how they get in."""
