"""Talking to what is monitored."""
