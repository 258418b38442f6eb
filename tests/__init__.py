"""Tests. Start reading in flows/."""
