"""What we offer, to whom, and what for."""
