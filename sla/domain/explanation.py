"""How a result was counted, in words with the real figures put in.

Each step says what a figure means, shows the sum or the fraction it came from, and what
came out, so that anybody can follow it with pencil and paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bsm.kernel import words
from sla.domain.words import Overlap, UnknownPolicy

MINUS, TIMES = words.MINUS, "\N{MULTIPLICATION SIGN}"
POLICIES = {
    UnknownPolicy.EXCLUDE: "Time that nobody measured is left out of the count.",
    UnknownPolicy.AS_DOWN: "Time that nobody measured counts as down.",
    UnknownPolicy.AS_UP: "Time that nobody measured counts as up.",
    UnknownPolicy.HOLD_LAST: (
        "Short gaps in the measurement keep the state before them; longer ones are left out."
    ),
}
OVERLAPS = {
    Overlap.MAX: "Where outages run together, each instant counts once, at the heaviest.",
    Overlap.SUM: "Where outages run together, what each took adds up, at most to the whole.",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a result that its explanation needs. Whole seconds, and thousandths."""

    seconds: int
    not_effective: int
    out_of_hours: int
    excluded: int
    unknown: int
    up: int
    impaired: int
    forgiven: int
    lost_milli: int
    base_seconds: int
    down_milli: int
    budget_milli: int | None
    value_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation: a name, what it means, how it came about, what came out."""

    name: str
    meaning: str
    working: str
    outcome: str


def steps_of(counted: Counted, *, policy: UnknownPolicy, target_percent: Decimal) -> list[Step]:
    """The calculation from the time of the period down to the allowance."""
    explained = [_base(counted, policy), _lost(counted, policy), _value(counted)]
    if counted.budget_milli is not None:
        explained.append(_allowance(counted.budget_milli, target_percent))
        explained.append(_left(counted.budget_milli, counted.down_milli))
    return explained


def _base(counted: Counted, policy: UnknownPolicy) -> Step:
    left_out = {
        "not in force": counted.not_effective,
        "outside service hours": counted.out_of_hours,
        "excluded": counted.excluded,
        "not measured": counted.unknown if counted.base_seconds < _measurable(counted) else 0,
    }
    working = f"{_seconds(counted.seconds)} of the period so far"
    for reason, seconds in left_out.items():
        if seconds:
            working += f" {MINUS} {_seconds(seconds)} {reason}"
    return Step(
        "Time that counts",
        f"The agreed service time that was measured. {POLICIES[policy]}",
        working,
        _seconds(counted.base_seconds),
    )


def _lost(counted: Counted, policy: UnknownPolicy) -> Step:
    working = f"{_seconds(counted.impaired)} impaired, each by the share that was lost"
    if policy is UnknownPolicy.AS_DOWN and counted.unknown:
        working += f" + {_seconds(counted.unknown)} not measured"
    if counted.forgiven:
        working += f" ({_seconds(counted.forgiven)} more were forgiven)"
    return Step(
        "Time lost",
        "Outages within the time that counts; a partial outage counts in part.",
        working,
        _milli(counted.down_milli),
    )


def _value(counted: Counted) -> Step:
    base, lost = _seconds(counted.base_seconds), _milli(counted.down_milli)
    meaning = "The share of the time that counts in which the service was there."
    if not counted.base_seconds:
        return Step("Availability", meaning, "There is no time to count.", words.NO_DATA)
    value = words.percent(counted.value_percent, decimals=4)
    return Step(
        "Availability",
        f"{meaning} Never rounded up.",
        f"({base} {MINUS} {lost}) ÷ {base}",
        value,
    )


def _allowance(budget_milli: int, target_percent: Decimal) -> Step:
    return Step(
        "Downtime allowed",
        "What the target leaves open over the whole period, the rest of it included.",
        f"(100% {MINUS} {words.target(target_percent)}) {TIMES} "
        "service time of the whole period",
        _milli(budget_milli),
    )


def _left(budget_milli: int, down_milli: int) -> Step:
    left = budget_milli - down_milli
    return Step(
        "Allowance left",
        "Below zero, the promise for this period can no longer be kept.",
        f"{_milli(budget_milli)} {MINUS} {_milli(down_milli)}",
        _milli(left),
    )


def _measurable(counted: Counted) -> int:
    return counted.up + counted.impaired + counted.unknown


def _seconds(count: int) -> str:
    return f"{count:,} s"


def _milli(count: int) -> str:
    """Thousandths of a second, written as seconds without needless zeros."""
    sign, whole, thousandths = MINUS if count < 0 else "", *divmod(abs(count), 1000)
    fraction = f".{thousandths:03}".rstrip("0") if thousandths else ""
    return f"{sign}{whole:,}{fraction} s"


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one promise that decide how it is counted."""

    zone: str
    calendar: str
    unknown_policy: UnknownPolicy
    hold_last_seconds: int
    overlap: Overlap
    min_outage_seconds: int
    notice_hours: int
    exclusion_cap_seconds: int | None
    min_coverage_percent: Decimal | None


def terms_in_words(terms: Terms) -> list[str]:
    """How the promise is counted, one rule a sentence."""
    hours = f"within “{terms.calendar}”" if terms.calendar else "around the clock"
    sentences = [
        f"Time counts {hours}; days and months begin and end by the clock of {terms.zone}.",
        POLICIES[terms.unknown_policy],
    ]
    if terms.unknown_policy is UnknownPolicy.HOLD_LAST:
        longest = words.duration(terms.hold_last_seconds)
        sentences.append(f"A gap is short up to {longest}.")
    if terms.min_outage_seconds:
        shortest = words.duration(terms.min_outage_seconds)
        sentences.append(f"Outages shorter than {shortest} do not count.")
    sentences.append(OVERLAPS[terms.overlap])
    excluded = "Time with an approved exclusion is left out or forgiven, as the exclusion says"
    if terms.notice_hours:
        excluded += f", if it was announced {terms.notice_hours} h ahead"
    if terms.exclusion_cap_seconds is not None:
        excluded += f", up to {words.duration(terms.exclusion_cap_seconds)} a period"
    sentences.append(f"{excluded}.")
    if terms.min_coverage_percent is not None:
        least = words.target(terms.min_coverage_percent)
        sentences.append(f"Below {least} of measured time there is no verdict.")
    sentences.append("Percentages are cut toward the breach, never rounded up.")
    return sentences
