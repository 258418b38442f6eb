"""What monitors saw, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from bsm.kernel import words
from bsm.kernel.intervals import Interval
from bsm.web.charts import Band, Chart, Series, Words, line
from bsm.web.status import look
from monitoring.models import StatusInterval

Piece = tuple[datetime, datetime, str, str]


def timeline(intervals: Sequence[StatusInterval], within: Interval) -> list[Piece]:
    """The states as bars (from, until, kind, title), cut to the span."""
    pieces = []
    for interval in intervals:
        span = _span(interval, within)
        kind, word = look(interval.state)
        title = f"{word} from {words.when(interval.valid.lower)}"
        if interval.last_contrary_at is not None:
            doubt = words.duration(interval.valid.lower - interval.last_contrary_at)
            title += f", or up to {doubt} earlier"
        pieces.append(
            (span.start, span.end, kind, f"{title}, for {words.duration(span.duration)}")
        )
    return pieces


def response_times(
    times: Sequence[tuple[datetime, float | None]],
    intervals: Sequence[StatusInterval],
    within: Interval,
) -> Chart | None:
    """How long answers took, with what was not well behind the line; None without answers."""
    known = [ms for _, ms in times if ms is not None]
    if not known:
        return None
    outages = sum(interval.state == "down" for interval in intervals)
    finding = f"Half of the answers took at most {median(known):.0f} ms"
    if outages:
        finding += f"; {outages} outage{'s' if outages > 1 else ''}"
    return line(
        Words(
            id="response-times",
            finding=finding,
            label=f"Response time from {words.when(within.start)} to {words.when(within.end)}",
            unit=" ms",
        ),
        [instant for instant, _ in times],
        [Series("Response time", [ms for _, ms in times])],
        bands=[
            Band(piece[0], piece[1], piece[2], piece[3])
            for piece in timeline(intervals, within)
            if piece[2] != "ok"
        ],
    )


def _span(interval: StatusInterval, within: Interval) -> Interval:
    return Interval(interval.valid.lower, interval.valid.upper or within.end).clipped(within)
