"""Which shape, colour and word a state, a label or a verdict is shown with."""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    """One of the five kinds (ok, warn, crit, maint, unknown) and the word beside the shape."""

    kind: str
    word: str


UNKNOWN = Look("unknown", "No data")

LOOKS = {
    # What a monitor sees, and what an asset or a service is in.
    "up": Look("ok", "Operational"),
    "ok": Look("ok", "Operational"),
    "warning": Look("warn", "Warning"),
    "degraded": Look("warn", "Degraded"),
    "critical": Look("crit", "Outage"),
    "down": Look("crit", "Outage"),
    "maintenance": Look("maint", "Maintenance"),
    "unknown": UNKNOWN,
    "no_data": UNKNOWN,
    "paused": Look("unknown", "Paused"),
    # How a promise of a closed period ended.
    "MET": Look("ok", "Met"),
    "BREACHED": Look("crit", "Breached"),
    "UNDECIDED": Look("unknown", "Undecided"),
    "INSUFFICIENT_DATA": Look("unknown", "Not enough data"),
    # How a promise of a running period is likely to end.
    "met": Look("ok", "Met"),
    "breached": Look("crit", "Breached"),
    "at_risk": Look("warn", "At risk"),
    "undecided": Look("unknown", "Undecided"),
    "on_track": Look("ok", "On track"),
}


def look(state: object) -> Look:
    """How to show a state; None and words never heard of are unknown, never green."""
    return LOOKS.get(str(getattr(state, "value", state)), UNKNOWN)
