"""Money: rounded once and last, and shared out without creating or losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def rounded(amount: Decimal, *, unit: Decimal = CENT) -> Decimal:
    """To the unit, half to even: the one rounding a figure goes through."""
    return amount.quantize(unit, rounding=ROUND_HALF_EVEN)


def share_out(
    amount: Decimal, weights: Sequence[Decimal], *, unit: Decimal = CENT
) -> list[Decimal]:
    """Split `amount` by weight; the shares add up to it exactly.

    Largest remainder: each share is cut to the unit, then the units left over go to the
    largest remainders, the earlier first when they are equal. `amount` is a multiple of
    the unit and weights are not negative, with a sum above zero; else ValueError.
    """
    whole = sum(weights, Decimal())
    if any(weight < 0 for weight in weights) or whole <= 0:
        raise ValueError("weights must not be negative, and one must be above zero")
    if amount % unit:
        raise ValueError(f"{amount} is not a multiple of {unit}")
    exact = [amount * weight / whole / unit for weight in weights]
    shares = [units.to_integral_value(rounding=ROUND_FLOOR) for units in exact]
    left = int(amount / unit - sum(shares))
    by_remainder = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
    for n in by_remainder[:left]:
        shares[n] += 1
    return [share * unit for share in shares]
