"""Doors for operators."""
