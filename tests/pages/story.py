"""A small company for the pages to show: a shop, the database below it, and an hour without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal

import time_machine

from assets.models import CI
from catalog.models import Service, User
from finance.commands import set_business_value
from impact.models import Outage
from monitoring.commands import record_results
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from monitoring.models import Monitor
from tests.factories import at, make_agreement, make_ci, make_dependency, make_monitor
from tests.factories import make_service as make_any_service

FollowUps = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Story:
    """Who plays in it."""

    shop: Service
    database: CI
    monitor: Monitor

    @property
    def outage(self) -> Outage:
        return Outage.objects.get(service=self.shop)


def a_shop(name: str = "Web shop", *, target: str = "99.9", owner: User | None = None) -> Story:
    """A service with a promise and a price, on a database with a monitor; all is well."""
    shop = make_any_service(name, value="Lets customers buy around the clock", owner=owner)
    database = make_ci(f"Database of {name}")
    monitor = make_monitor(database, created_at=at("03-01 00:00"), name=f"Port of {name}")
    make_dependency(shop, database)
    make_agreement(shop, target=target)
    set_business_value(shop, hourly_loss=Decimal(1200), currency="EUR", now=at("03-01 00:00"))
    return Story(shop, database, monitor)


def told(story: Story, *results: tuple[str, Outcome], follow_ups: FollowUps) -> None:
    """The monitor of the database says so, and everything that follows is worked off."""
    for moment, outcome in results:
        message = "connection refused" if outcome is Outcome.FAIL else ""
        seen = Observation(at(moment), outcome, message=message)
        with time_machine.travel(at(moment), tick=False), follow_ups():
            record_results(story.monitor, [seen], now=at(moment))


def an_hour_without(story: Story, *, follow_ups: FollowUps) -> Story:
    """On 10 March from 09:00 to 10:00; all is well before and after."""
    told(
        story,
        ("03-01 00:00", Outcome.OK),
        ("03-10 08:59", Outcome.OK),
        ("03-10 09:00", Outcome.FAIL),
        ("03-10 10:00", Outcome.OK),
        follow_ups=follow_ups,
    )
    return story


def out_since_nine(story: Story, *, follow_ups: FollowUps) -> Story:
    """On 10 March from 09:00, and nobody has mended it yet."""
    told(
        story,
        ("03-01 00:00", Outcome.OK),
        ("03-10 08:59", Outcome.OK),
        ("03-10 09:00", Outcome.FAIL),
        follow_ups=follow_ups,
    )
    return story
