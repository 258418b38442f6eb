"""What we promised, and whether it was kept."""
