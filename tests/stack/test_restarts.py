"""What dies is started again, later each time, and not for ever."""

from __future__ import annotations

from bsm.stack.restarts import Restarts


def test_each_death_waits_longer_until_the_fifth_within_a_minute_ends_it():
    restarts = Restarts()

    delays = [restarts.delay_seconds(now) for now in (0.0, 1.0, 2.0, 4.0, 8.0)]

    assert delays == [0.5, 1.0, 2.0, 4.0, None]


def test_deaths_far_apart_are_each_the_first():
    restarts = Restarts()

    delays = [restarts.delay_seconds(day * 86_400.0) for day in range(20)]

    assert delays == [0.5] * 20


def test_the_fifth_death_counts_up_to_the_last_second_of_the_minute():
    at_the_edge, after_it = Restarts(), Restarts()
    for now in (0.0, 15.0, 30.0, 45.0):
        at_the_edge.delay_seconds(now)
        after_it.delay_seconds(now)

    assert at_the_edge.delay_seconds(60.0) is None
    assert after_it.delay_seconds(60.1) == 4.0
