"""The polling engine against a real target and a real database."""
