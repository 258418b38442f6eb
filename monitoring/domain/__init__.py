"""The rules of this app as pure functions."""
