"""The rules of monitoring as pure functions."""
