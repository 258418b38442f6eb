"""The words for a health, and where one becomes the other (spec impact 3.1)."""

from __future__ import annotations

from enum import StrEnum

TOP = 100_000  # milli-points; health is an integer, always rounded down


class Label(StrEnum):
    OK = "ok"
    WARNING = "warning"
    DEGRADED = "degraded"
    CRITICAL = "critical"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


CUTS = (
    (90_000, Label.OK),
    (70_000, Label.WARNING),
    (30_000, Label.DEGRADED),
    (1, Label.CRITICAL),
)


def label_of(health: int) -> Label:
    """The word for a health of 0 to TOP."""
    return next((label for cut, label in CUTS if health >= cut), Label.DOWN)
