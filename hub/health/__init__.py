"""Looking after the devices: who has fallen silent, what is wrong with whom, and telling it once."""
