"""What it runs on: configuration items and how they hang together."""
