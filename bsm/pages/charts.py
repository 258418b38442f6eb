"""Charts of the pages about a service: rows in, figure out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from bsm.kernel.intervals import Interval
from bsm.web.charts import Band, Chart, Series, Words, line
from monitoring.models import Monitor

MOST_POINTS = 288  # a day in steps of five minutes; more cannot be told apart at this width


def response_times(
    monitor: Monitor,
    points: Sequence[tuple[datetime, float | None]],
    *,
    outages: Sequence[Interval],
) -> Chart | None:
    """How long answers took; None when nothing answered in that time."""
    shown = slowest(points)
    known = [value for _, value in points if value is not None]
    if not known:
        return None
    spells = f"{len(outages) or 'no'} outage{'' if len(outages) == 1 else 's'}"
    usual = f"{median(known):.0f} ms at the median"
    return line(
        Words(
            id=f"response-{monitor.number}",
            finding=f"{monitor.name} answered in {usual}; {spells}",
            label=f"Response time of {monitor.name}",
            unit=" ms",
        ),
        [moment for moment, _ in shown],
        [Series("Response time", [value for _, value in shown])],
        bands=[Band(span.start, span.end, "crit", "Outage") for span in outages],
    )


def slowest(
    points: Sequence[tuple[datetime, float | None]], most: int = MOST_POINTS
) -> list[tuple[datetime, float | None]]:
    """At most `most` points: of each run of neighbours the slowest, so that none hides.

    A run in which something failed to answer stays a gap.
    """
    step = -(-len(points) // most) or 1
    shown = []
    for first in range(0, len(points), step):
        run = points[first : first + step]
        is_gap = any(value is None for _, value in run)
        slow = None if is_gap else max(value for _, value in run if value is not None)
        shown.append((run[0][0], slow))
    return shown
