"""Who has to be looked at, and who first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.attention import Need, Situation

situations = st.builds(Situation, *[st.booleans()] * 6)


def test_a_service_that_runs_and_has_an_owner_needs_nobody():
    fine = Situation()
    assert fine.worst is Need.NONE
    assert not fine.calls_for_attention


def test_an_outage_now_comes_before_a_promise_that_is_lost_already():
    assert Situation(is_out=True).worst > Situation(is_breached=True).worst


def test_a_service_without_an_owner_calls_for_attention():
    assert Situation(has_owner=False).worst is Need.OWNER
    assert Situation(has_owner=False).calls_for_attention


def test_a_service_that_nobody_watches_is_named_but_not_counted():
    unseen = Situation(is_unseen=True)
    assert unseen.needs == [Need.UNSEEN]
    assert not unseen.calls_for_attention


@given(situations)
def test_the_needs_are_listed_from_the_most_urgent_on(situation):
    assert situation.needs == sorted(situation.needs, reverse=True)
    assert situation.worst is (situation.needs or [Need.NONE])[0]
