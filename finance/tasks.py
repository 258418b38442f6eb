"""Background doors into this app."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from bsm.kernel.subjects import NodeKind, Subject
from finance import commands


def price_outages(since_by_subject: dict[str, datetime]) -> None:
    """Price again what changed in the outages of these services."""
    subjects = {Subject.parse(text): since for text, since in since_by_subject.items()}
    since = {
        subject.id: instant
        for subject, instant in subjects.items()
        if subject.kind is NodeKind.SERVICE
    }
    commands.price_outages(since, now=timezone.now())


def price_open_outages() -> None:
    """The clock alone changed: what lasts costs more."""
    commands.price_open_outages(now=timezone.now())
