"""What an outage costs: the time that was lost, times the value of an hour."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from bsm.kernel.intervals import Interval

HOUR_MS = 3_600_000
WHOLE = 1000


def lost_milli(span: Interval, weight: int) -> int:
    """The milliseconds of service that were lost; `weight` is per mille of the service."""
    microseconds = span.duration // timedelta(microseconds=1)
    return microseconds * weight // (WHOLE * 1000)


def exact_cost(lost: int, hourly_loss: Decimal) -> Fraction:
    """The cost before it is rounded, so that parts add up to the whole exactly."""
    return Fraction(lost, HOUR_MS) * Fraction(hourly_loss)


def in_cents(amount: Fraction) -> Decimal:
    """Rounded once, half to even: of all the ways to round, this one has no drift."""
    return Decimal(round(amount * 100)).scaleb(-2)


def cost(lost: int, hourly_loss: Decimal) -> Decimal:
    """What the lost milliseconds cost, in whole cents."""
    return in_cents(exact_cost(lost, hourly_loss))
