"""What we see: checks, states and incidents."""
