"""No cent is created or lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsm.kernel.money import rounded, share_out

cents = st.integers(-10_000_000, 10_000_000).map(lambda n: Decimal(n) / 100)
weights = st.lists(st.integers(0, 1000).map(Decimal), min_size=1).filter(lambda ws: sum(ws) > 0)


@given(cents, weights)
def test_shares_add_up_to_the_whole(amount, parts):
    shares = share_out(amount, parts)
    assert sum(shares) == amount
    assert all(share == rounded(share) for share in shares)


@given(cents, weights)
def test_no_share_is_a_cent_or_more_off(amount, parts):
    exact = [amount * part / sum(parts) for part in parts]
    pairs = zip(share_out(amount, parts), exact, strict=True)
    assert all(abs(share - fair) < Decimal("0.01") for share, fair in pairs)


def test_the_cents_left_over_go_to_the_largest_remainders():
    assert share_out(Decimal("3000.00"), [Decimal(10), Decimal(15), Decimal(20)]) == [
        Decimal("666.67"),
        Decimal("1000.00"),
        Decimal("1333.33"),
    ]


def test_halves_go_to_the_even_cent():
    assert rounded(Decimal("0.125")) == Decimal("0.12")
    assert rounded(Decimal("0.135")) == Decimal("0.14")


@pytest.mark.parametrize("parts", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_that_share_nothing_are_refused(parts):
    with pytest.raises(ValueError, match="weights"):
        share_out(Decimal("1.00"), parts)


def test_an_amount_finer_than_its_unit_is_refused():
    with pytest.raises(ValueError, match="multiple"):
        share_out(Decimal("1.001"), [Decimal(1)])
