"""How long it takes to judge 1,000 promises over a month, together and one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils.text import slugify

from catalog.models import LifecycleState, Service
from impact.domain.labels import TOP, Label
from impact.models import NodeState, Outage
from sla import commands
from sla.models import (
    Agreement,
    AgreementVersion,
    Calendar,
    Commitment,
    DayFact,
    PeriodResult,
    ServiceWindow,
)
from sla.sql import results_that_differ

PROMISES, OUTAGES_EACH = 1000, 20
ALONE = 100  # promises judged one by one; the rest is reckoned
START, END = datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 4, 1, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]


def run() -> dict[str, Any]:
    """Sizes, seconds and the ratio to judging each promise by itself; leaves no row behind."""
    with transaction.atomic():
        commitments = _company(Random(7))  # noqa: S311
        since = {commitment.service_id: START for commitment in commitments}
        now = END + timedelta(hours=12)
        together = _seconds(lambda: commands.evaluate_services(since, now=now))
        unchanged = _seconds(lambda: commands.evaluate_services(since, now=now))
        minute = _seconds(
            lambda: commands.evaluate_running_periods(now=now + timedelta(minutes=1))
        )
        second_engine = _seconds(lambda: results_that_differ(now=now + timedelta(minutes=1)))
        differing = len(results_that_differ(now=now + timedelta(minutes=1)))
        DayFact.objects.all().delete()
        PeriodResult.objects.all().delete()
        some = commitments[:ALONE]
        alone = _seconds(lambda: [commands.evaluate_commitment(c, now=now) for c in some])
        alone *= PROMISES / ALONE
        transaction.set_rollback(True)
    return {
        "sizes": {"promises": PROMISES, "outages": PROMISES * OUTAGES_EACH, "months": 1},
        "seconds": round(together, 2),
        "seconds_unchanged": round(unchanged, 2),
        "seconds_a_minute_later": round(minute, 2),
        "seconds_second_engine": round(second_engine, 2),
        "differing": differing,
        "seconds_one_by_one": round(alone, 2),
        "ratio": round(alone / together, 1),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _company(random: Random) -> list[Commitment]:
    services = [_service(n) for n in range(PROMISES)]
    Service.objects.bulk_create(services)
    NodeState.objects.bulk_create(
        NodeState(
            service=service,
            valid=DateTimeTZRange(START, None),
            actual=TOP,
            lo=TOP,
            hi=TOP,
            label=Label.OK,
        )
        for service in services
    )
    Outage.objects.bulk_create(
        outage for service in services for outage in _outages(service, random)
    )
    return _commitments(services, random)


def _service(n: int) -> Service:
    name = f"Benchmark service {n}"
    return Service(name=name, slug=slugify(name), state=LifecycleState.LIVE)


def _outages(service: Service, random: Random) -> list[Outage]:
    share = (END - START) / OUTAGES_EACH
    starts = [START + share * (n + random.random() / 2) for n in range(OUTAGES_EACH)]
    return [
        Outage(
            service=service,
            started_at=start,
            ended_at=start + timedelta(seconds=random.randint(30, 7200)),
            weight=random.choice([1000, 1000, 300]),
        )
        for start in starts
    ]


def _commitments(services: list[Service], random: Random) -> list[Commitment]:
    office = Calendar.objects.create(name="Benchmark office hours")
    ServiceWindow.objects.bulk_create(
        ServiceWindow(
            calendar=office,
            weekday=day,
            opens_at=clock(9),
            closes_at=clock(17),
        )
        for day in range(1, 6)
    )
    agreements = [Agreement(name=f"Benchmark {zone}", timezone=zone) for zone in ZONES]
    Agreement.objects.bulk_create(agreements)
    versions = [
        AgreementVersion(agreement=a, number=1, effective=DateRange(date(2031, 3, 1), None))
        for a in agreements
    ]
    AgreementVersion.objects.bulk_create(versions)
    commitments = [
        Commitment(
            version=random.choice(versions),
            service=service,
            calendar=random.choice([None, office]),
            target_percent=Decimal("99.9"),
        )
        for service in services
    ]
    Commitment.objects.bulk_create(commitments)
    return commitments
