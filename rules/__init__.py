"""What readings and time mean for a person: readings become findings, findings become alerts. Pure."""
