"""One file per way in: what each gateway's topics and payloads mean."""
