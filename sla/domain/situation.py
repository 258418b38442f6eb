"""What happened around a period, and the rules that look beyond one instant.

The shortest outage that counts, gaps that are bridged and the notice of exclusions are
settled on whole spans, before the period is cut out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bsm.kernel.intervals import Interval, merge, subtract
from sla.domain.words import Effect, Overlap, UnknownPolicy

BEGINNING = datetime.min.replace(tzinfo=UTC)
FULL = 1000  # per mille


@dataclass(frozen=True, slots=True)
class Down:
    """An outage, and how much of the service it took, per mille."""

    interval: Interval
    weight: int = FULL
    id: str = ""


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exclusion. Only approved ones have an effect."""

    interval: Interval
    effect: Effect
    is_approved: bool
    announced_at: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the agreement counts."""

    unknown_policy: UnknownPolicy = UnknownPolicy.EXCLUDE
    hold_last_seconds: int = 0
    overlap: Overlap = Overlap.MAX
    min_outage_seconds: int = 0
    notice_hours: int = 0
    exclusion_cap_seconds: int | None = None

    @property
    def reach(self) -> timedelta:
        """How far outside a span one must look to settle the rules at its edges."""
        return timedelta(seconds=max(self.hold_last_seconds, self.min_outage_seconds) + 1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known about a service around a period. `hours` None: around the clock."""

    hours: Sequence[Interval] | None = None
    outages: Sequence[Down] = ()
    excuses: Sequence[Excuse] = ()
    unknown: Sequence[Interval] = ()
    effective_from: datetime | None = None
    effective_to: datetime | None = None


def settled(situation: Situation, rules: Rules, as_of: datetime) -> Situation:
    """Apply the rules that look beyond one instant; nothing is seen after `as_of`."""
    seen = Interval(BEGINNING, max(as_of, BEGINNING))
    outages = [replace(o, interval=o.interval.clipped(seen)) for o in situation.outages]
    outages = _long_enough(outages, timedelta(seconds=rules.min_outage_seconds))
    unknown = merge(gap.clipped(seen) for gap in situation.unknown)
    if rules.unknown_policy is UnknownPolicy.HOLD_LAST:
        unknown, held = _bridged(unknown, outages, timedelta(seconds=rules.hold_last_seconds))
        outages += held
    return replace(
        situation,
        hours=None if situation.hours is None else merge(situation.hours),
        outages=outages,
        unknown=unknown,
        excuses=[e for e in situation.excuses if is_granted(e, rules)],
    )


def is_granted(excuse: Excuse, rules: Rules) -> bool:
    """Approved, with an effect, and announced early enough."""
    if not excuse.is_approved or excuse.effect is Effect.REPORT_ONLY:
        return False
    if not rules.notice_hours:
        return True
    latest = excuse.interval.start - timedelta(hours=rules.notice_hours)
    return excuse.announced_at is not None and excuse.announced_at <= latest


def _long_enough(outages: list[Down], shortest: timedelta) -> list[Down]:
    """Without those that, joined with what touches them, are shorter than the shortest."""
    outages = [outage for outage in outages if not outage.interval.is_empty]
    if not shortest:
        return outages
    joined = merge(outage.interval for outage in outages)
    counted = [span for span in joined if span.duration >= shortest]
    return [o for o in outages if any(span.overlaps(o.interval) for span in counted)]


def _bridged(
    unknown: list[Interval], outages: list[Down], longest: timedelta
) -> tuple[list[Interval], list[Down]]:
    """Short gaps take the state they began in; returned are the long ones, and what is held."""
    kept, held = [], []
    for gap in subtract(unknown, (outage.interval for outage in outages)):
        if gap.duration > longest:
            kept.append(gap)
            continue
        before = [o for o in outages if o.interval.start < gap.start <= o.interval.end]
        held += [replace(outage, interval=gap) for outage in before]
    return kept, held
