"""What must be fast, measured. Each `run()` gives sizes, seconds and a ratio."""
