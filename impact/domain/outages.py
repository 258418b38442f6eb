"""When a service was out, read off its states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bsm.kernel.intervals import Interval, merge, subtract
from impact.domain.health import Health
from impact.domain.history import State
from impact.domain.labels import Label
from impact.domain.root_cause import Causes

FOREVER = datetime.max.replace(tzinfo=UTC)
WHOLE = 1000
# Per mille of the service that is lost. What is merely worse than it should be is no outage.
WEIGHTS = {Label.DOWN: WHOLE, Label.CRITICAL: WHOLE}


@dataclass(frozen=True, slots=True)
class Downtime:
    """A service was out from `start` until `end` (None while it lasts)."""

    start: datetime
    end: datetime | None
    weight: int
    causes: Causes


def weight_of(health: Health) -> int:
    """Planned work counts like any other: whether it is excused is for the agreement to say."""
    return WEIGHTS.get(health.raw_label, 0)


def outages_in(states: Sequence[State]) -> list[Downtime]:
    """The outages, earliest first; what touches and weighs the same is one."""
    found: list[Downtime] = []
    for state in states:
        weight = weight_of(state.health)
        if not weight:
            continue
        last = found[-1] if found else None
        if last and last.end == state.start and last.weight == weight:
            found[-1] = Downtime(last.start, state.end, weight, last.causes | state.causes)
        else:
            found.append(Downtime(state.start, state.end, weight, state.causes))
    return found


def known_in(states: Iterable[State]) -> list[Interval]:
    """When anything was known of the node at all."""
    return merge(
        Interval(state.start, state.end or FOREVER)
        for state in states
        if state.health.label is not Label.UNKNOWN
    )


def first_difference(old: Sequence[Downtime], new: Sequence[Downtime]) -> datetime | None:
    """The earliest instant at which two accounts of a service's outages disagree."""
    weights = {span.weight for span in (*old, *new)}
    return min(
        (
            instant
            for weight in weights
            if (instant := first_gap(_spans(old, weight), _spans(new, weight)))
        ),
        default=None,
    )


def first_gap(old: Sequence[Interval], new: Sequence[Interval]) -> datetime | None:
    """The earliest instant that only one of the two covers."""
    apart = merge([*subtract(old, new), *subtract(new, old)])
    return apart[0].start if apart else None


def _spans(outages: Sequence[Downtime], weight: int) -> list[Interval]:
    return [
        Interval(span.start, span.end or FOREVER) for span in outages if span.weight == weight
    ]
