"""Scenarios: what the rules ought to do, told in YAML and played through the real hub."""
