"""Background doors into this app."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from bsm.kernel.subjects import Subject
from impact import commands, queries
from monitoring.queries import subjects_watched

# Generous, so that a worker that was away for a while still notices; repeating is harmless.
WINDOW_EDGE = timedelta(minutes=15)


def rebuild_health(since_by_subject: dict[str, datetime]) -> None:
    """Bring health and outages up to date with facts about these subjects."""
    since = {Subject.parse(text): instant for text, instant in since_by_subject.items()}
    commands.rebuild_health(since, now=timezone.now())


def notice_planned_work() -> None:
    """Bring up to date what only the clock changed: planned work that began or ended."""
    now = timezone.now()
    edges = queries.planned_work_edges(now - WINDOW_EDGE, now)
    commands.rebuild_health(edges, now=now)


def subjects() -> list[str]:
    """Everything whose health may have to be rebuilt."""
    found = {
        *subjects_watched(),
        *queries.subjects_on_the_map(),
        *queries.subjects_with_state(),
    }
    return [str(subject) for subject in sorted(found)]
