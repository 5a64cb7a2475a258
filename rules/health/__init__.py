"""How a device itself is: whether it still speaks, how long its battery lasts, whether what it says can be
trusted. Pure: it decides from figures that are kept elsewhere (hub/health.py).
"""
