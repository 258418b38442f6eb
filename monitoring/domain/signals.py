"""Several monitors of one thing, seen as one signal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bsm.kernel.intervals import Interval
from monitoring.domain.status import State

# One good monitor does not hide that another sees nothing.
WORST_FIRST = (State.DOWN, State.DEGRADED, State.UNKNOWN, State.UP)
Signal = list[tuple[Interval, State]]


def merged(signals: Sequence[Signal]) -> Signal:
    """The worst of the signals at each instant, equal neighbours joined, one sweep."""
    edges: list[tuple[datetime, int, State]] = []
    for signal in signals:
        for span, state in signal:
            if not span.is_empty:
                edges.append((span.start, 1, state))
                edges.append((span.end, -1, state))
    edges.sort(key=lambda edge: edge[0])
    standing = dict.fromkeys(WORST_FIRST, 0)
    joined: Signal = []
    since: datetime | None = None
    for instant, change, state in edges:
        worst = next((word for word in WORST_FIRST if standing[word]), None)
        if since is not None and worst is not None and since < instant:
            _append(joined, Interval(since, instant), worst)
        standing[state] += change
        since = instant
    return joined


def _append(joined: Signal, span: Interval, state: State) -> None:
    if joined and joined[-1][1] is state and joined[-1][0].end == span.start:
        joined[-1] = (Interval(joined[-1][0].start, span.end), state)
    else:
        joined.append((span, state))
