"""The demo: a made-up house, its sensors and the life in it, on embedded parts."""
