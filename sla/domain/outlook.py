"""What a period's result so far says about how it will end.

While a period runs, falling short of the target so far is not yet a breach: the rest of
the period may make up for it. It is one once more was lost than the whole period allows.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from sla.domain.words import Status

NEAR_MISS_PERCENT = 80  # of the allowance (spec portal 3.12: near misses are u >= 0.8)


class Outlook(StrEnum):
    """In the order of concern, the gravest first."""

    BREACHED = "breached"
    AT_RISK = "at_risk"
    UNDECIDED = "undecided"
    NO_DATA = "no_data"
    ON_TRACK = "on_track"
    MET = "met"


GRAVITY = {outlook: place for place, outlook in enumerate(Outlook)}


def used_percent(*, down_milli: int, budget_milli: int | None) -> Decimal | None:
    """The share of the allowance that is gone, cut up to a tenth; None where none was given.

    Of an allowance of nothing either nothing is gone, or no share can be stated.
    """
    if budget_milli is None:
        return None
    if budget_milli <= 0:
        return None if down_milli else Decimal(0)
    share = Decimal(100 * down_milli) / Decimal(budget_milli)
    return share.quantize(Decimal("0.1"), rounding=ROUND_CEILING)


def outlook(
    status: str | None, *, is_provisional: bool, down_milli: int, budget_milli: int | None
) -> Outlook:
    """The word for a result; `status` is one of sla.domain.words.Status, or None."""
    if status is None:
        return Outlook.NO_DATA
    if status in {Status.INSUFFICIENT_DATA, Status.UNDECIDED}:
        return Outlook.UNDECIDED
    if not is_provisional:
        return Outlook.MET if status == Status.MET else Outlook.BREACHED
    if budget_milli is None:
        return Outlook.ON_TRACK if status == Status.MET else Outlook.AT_RISK
    if down_milli > budget_milli:
        return Outlook.BREACHED
    is_near = 100 * down_milli >= NEAR_MISS_PERCENT * budget_milli and down_milli > 0
    return Outlook.AT_RISK if status == Status.BREACHED or is_near else Outlook.ON_TRACK
