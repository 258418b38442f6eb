"""Was the promise kept? Judged on exact fractions, shown cut toward the breach."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sla.domain.availability import Facts
from sla.domain.words import Operator, Reason, Status, UnknownPolicy

MILLI = 1000
PLACES = 10_000  # four decimals of a percentage


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised, and how sure one must be to judge it."""

    operator: Operator
    percent: Decimal
    unknown_policy: UnknownPolicy = UnknownPolicy.EXCLUDE
    min_coverage_percent: Decimal | None = None

    def is_met_by(self, value: Fraction) -> bool:
        wanted = Fraction(self.percent) / 100
        return value > wanted if self.operator is Operator.MORE_THAN else value >= wanted

    @property
    def allowance(self) -> Fraction:
        """The share of the time that may be lost."""
        return 1 - Fraction(self.percent) / 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value`, `band` and `coverage` are None, and `reason` is set, when the base is empty."""

    base_seconds: int
    down_milli: int
    value: Fraction | None
    band: tuple[Fraction, Fraction] | None
    coverage: Fraction | None
    status: Status | None
    reason: Reason | None
    budget_milli: Fraction

    @property
    def budget_left_milli(self) -> Fraction:
        return self.budget_milli - self.down_milli


def judge(facts: Facts, target: Target, *, to_come_seconds: int = 0) -> Verdict:
    """The verdict on the facts so far; the budget counts the agreed time to come as well."""
    base = _base(facts, target.unknown_policy)
    down = _down(facts, target.unknown_policy)
    budget = target.allowance * (base + to_come_seconds) * MILLI
    if not base:
        reason = _reason(facts)
        return Verdict(0, down, None, None, _coverage(facts), None, reason, budget)
    low = _share(facts.measurable, facts.lost_milli + facts.unknown * MILLI)
    high = _share(facts.measurable, facts.lost_milli)
    return Verdict(
        base_seconds=base,
        down_milli=down,
        value=_share(base, down),
        band=(low, high),
        coverage=_coverage(facts),
        status=_status(target, low, high, _coverage(facts)),
        reason=None,
        budget_milli=budget,
    )


def cut_percent(share: Fraction) -> Decimal:
    """A share as a percentage of four decimals, cut down: 99.8999… never shows as 99.90."""
    return Decimal(int(share * 100 * PLACES // 1)) / PLACES


def _base(facts: Facts, policy: UnknownPolicy) -> int:
    if policy in {UnknownPolicy.AS_DOWN, UnknownPolicy.AS_UP}:
        return facts.measurable
    return facts.known


def _down(facts: Facts, policy: UnknownPolicy) -> int:
    if policy is UnknownPolicy.AS_DOWN:
        return facts.lost_milli + facts.unknown * MILLI
    return facts.lost_milli


def _share(base_seconds: int, lost_milli: int) -> Fraction:
    return Fraction(base_seconds * MILLI - lost_milli, base_seconds * MILLI)


def _coverage(facts: Facts) -> Fraction | None:
    return Fraction(facts.known, facts.measurable) if facts.measurable else None


def _status(target: Target, low: Fraction, high: Fraction, coverage: Fraction | None) -> Status:
    floor = target.min_coverage_percent
    if floor is not None and coverage is not None and coverage * 100 < Fraction(floor):
        return Status.INSUFFICIENT_DATA
    if target.is_met_by(low):
        return Status.MET
    return Status.UNDECIDED if target.is_met_by(high) else Status.BREACHED


def _reason(facts: Facts) -> Reason:
    if facts.measurable:
        return Reason.NO_DATA
    if facts.excluded:
        return Reason.ALL_EXCLUDED
    if facts.out_of_hours:
        return Reason.NO_SERVICE_TIME
    if facts.not_effective:
        return Reason.NOT_EFFECTIVE
    return Reason.NO_SERVICE_TIME
