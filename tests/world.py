"""The small world that tests play in is the product's own: `vaka test` plays scenarios in it too."""

from hub.scenario.world import Clock, Found, World, read, read_file

__all__ = ["Clock", "Found", "World", "read", "read_file"]
