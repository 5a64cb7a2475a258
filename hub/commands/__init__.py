"""What `vaka NAME` does: one module for each command; hub/__main__.py lists them."""
