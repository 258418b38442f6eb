"""Background doors into this app."""

from __future__ import annotations

from django.utils import timezone

from monitoring import commands


def notice_silence() -> None:
    """Monitors of which nothing comes any more become unknown."""
    commands.notice_silence(now=timezone.now())


def tend_storage() -> None:
    """Partitions ahead of time, roll-ups, and away with what is old."""
    commands.tend_storage(now=timezone.now())
