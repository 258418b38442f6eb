"""The demo company's weather: the same for ever, and believable."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from itertools import pairwise

import pytest

from bsm.demo.company import OFFERS, PEOPLE, UNITS
from bsm.demo.estate import Company
from bsm.demo.load import Plan
from bsm.demo.weather import DOWN, UP, ZONE_INFO, Weather, response_ms
from bsm.kernel.intervals import Interval
from tests.factories import at

UNTIL = at("2026-11-24 17:10")


def weather(seed: int = 20, until=UNTIL) -> Weather:
    return Weather(Company(), seed=seed, until=until)


def figures(told: Weather) -> str:
    return hashlib.sha256(repr(told.states(Plan(0, UNTIL).span)).encode()).hexdigest()


@pytest.fixture(scope="module")
def told() -> dict:
    return weather().states(Plan(20, UNTIL).span)


def test_the_same_seed_gives_the_same_figures():
    assert figures(weather()) == figures(weather())


def test_another_seed_gives_another_history():
    assert figures(weather(seed=20)) != figures(weather(seed=21))


def test_every_watched_node_has_a_state_at_every_instant(told):
    span = Plan(20, UNTIL).span
    assert len(told) == len(Company().watches)
    for states in told.values():
        assert states[0][0].start == span.start
        assert states[-1][0].end == span.end
        for (before, one), (after, other) in pairwise(states):
            assert before.end == after.start
            assert one != other


def test_a_month_that_is_over_does_not_depend_on_the_day_it_is_told():
    september = Interval(at("2026-09-01 00:00"), at("2026-10-01 00:00"))

    earlier = weather(until=at("2026-11-24 17:10")).states(september)
    later = weather(until=at("2026-11-29 08:00")).states(september)

    assert earlier == later


def test_what_a_page_shows_goes_on_from_what_history_tells():
    told = weather()
    ahead = Interval(UNTIL, UNTIL + timedelta(days=3))

    for node, states in told.states(ahead).items():
        for span, state in states:
            if state == DOWN:
                assert told.state_at(node, span.start) == DOWN
            elif state == UP:
                assert told.state_at(node, span.start) == UP


def test_something_is_wrong_when_the_company_is_loaded_and_is_mended_within_two_hours():
    told = weather()

    assert told.state_at("service:claims-portal", UNTIL) == DOWN
    assert told.state_at("ci:broker-extranet-prefill", UNTIL) == DOWN
    assert told.state_at("service:claims-portal", UNTIL + timedelta(hours=2)) == UP


def test_working_hours_see_more_trouble_than_nights(told):
    starts = [
        span.start.astimezone(ZONE_INFO).hour
        for states in told.values()
        for span, state in states
        if state == DOWN
    ]
    by_day = sum(8 <= hour < 18 for hour in starts)
    by_night = sum(hour < 5 for hour in starts)
    assert by_day > 4 * by_night


def test_services_are_up_between_99_and_100_percent_of_their_year(told):
    span = Plan(20, UNTIL).span
    for node, states in told.items():
        down = sum((one.duration for one, state in states if state == DOWN), timedelta())
        assert 0 <= down / span.duration < 0.01, node


def test_an_outage_of_a_shared_database_is_felt_above_it():
    company = Company()
    assert "service:online-banking" in company.felt_by["ci:online-banking-db"]
    assert "service:mortgages" in company.felt_by["service:sso"]


def test_one_of_two_machines_is_enough():
    company = Company()
    assert company.felt_by["ci:lb-hamburg-harbour"] == ()
    assert company.felt_by["ci:core-switch-hamburg-harbour"] == ()


def test_answers_take_longer_by_day_and_when_degraded():
    night, noon = at("2026-11-24 02:00"), at("2026-11-24 12:00")
    span = [timedelta(minutes=n) for n in range(60)]
    by_night = sum(response_ms("service:sso", night + n, UP) for n in span)
    by_day = sum(response_ms("service:sso", noon + n, UP) for n in span)
    degraded = sum(response_ms("service:sso", noon + n, "degraded") for n in span)
    assert by_night < by_day < degraded


def test_the_company_holds_together():
    company = Company()
    nodes = {thing.node for thing in company.things}
    nodes |= {f"service:{offer.key}" for offer in company.offers}

    assert len({thing.node for thing in company.things}) == len(company.things)
    assert len({offer.name for offer in OFFERS}) == len(OFFERS) == 40
    assert 280 <= len(company.things) <= 320
    assert 85 <= len(company.watches) <= 110
    assert all({need.parent, need.child} <= nodes for need in company.needs)
    assert all({f"ci:{link.source}", f"ci:{link.target}"} <= nodes for link in company.links)
    assert {offer.unit for offer in OFFERS} <= {unit.name for unit in UNITS}
    assert {offer.owner for offer in OFFERS} <= {None, *(person.login for person in PEOPLE)}
    assert max(len(offer.value) for offer in OFFERS) <= 140


def test_nothing_in_the_company_needs_itself():
    company = Company()
    for offer in company.offers:
        node = f"service:{offer.key}"
        below = company.below(node) - {node}
        assert all(node not in company.below(child) for child in below)
