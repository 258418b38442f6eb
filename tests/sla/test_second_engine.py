"""Two engines that share no counting code come to the same seconds."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random

import pytest

from impact.models import NodeState, Outage
from sla import commands
from sla.models import Exclusion, PeriodResult
from sla.sql import COMPARED, recomputed_facts, results_that_differ
from tests.factories import at, make_agreement, make_service, make_user

pytestmark = pytest.mark.django_db

START, NOW = at("2026-02-20 00:00"), at("2026-04-10 12:34")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


def history(random, longest):
    """Spans that do not touch, with edges anywhere between the seconds."""
    edge, spans = START, []
    while edge < NOW:
        start = edge + timedelta(seconds=1 + random.random() * 10 * 86400)
        edge = start + timedelta(seconds=random.random() * longest)
        spans.append((start, edge))
    return [span for span in spans if span[1] < NOW]


def make_history(service, random):
    for start, end in history(random, 2 * 86400):
        NodeState.objects.create(
            service=service, valid=(start, end), actual=None, lo=0, hi=100_000, label="unknown"
        )
        NodeState.objects.create(
            service=service,
            valid=(end, end + timedelta(seconds=1)),
            actual=100_000,
            lo=100_000,
            hi=100_000,
            label="ok",
        )
    for start, end in history(random, 86400):
        Outage.objects.create(
            service=service, started_at=start, ended_at=end, weight=random.randint(1, 1000)
        )
    for start, end in history(random, 4 * 86400):
        Exclusion.objects.create(
            service=service,
            valid=(start, end),
            category="planned_maintenance",
            effect=random.choice(["exclude", "forgive", "report_only"]),
            state=random.choice(["approved", "approved", "requested"]),
            approver=make_user(),
            announced_at=start - timedelta(hours=random.choice([0, 24, 72])),
            reason="Any",
        )


def make_calendar(random):
    return commands.create_calendar(
        name=f"Calendar {random.random()}",
        windows=[
            {
                "weekday": day,
                "opens_at": time(random.randint(0, 23), 30),
                "closes_at": time(random.randint(0, 23)),
            }
            for day in random.sample(range(1, 8), 5)
        ],
        holidays=[{"on": date(2026, 3, 30), "name": "Holiday"}],
    )


@pytest.mark.parametrize("seed", range(4))
def test_both_engines_agree_on_any_history(seed):
    random = Random(seed)
    since = {}
    for zone in ZONES:
        service = make_service()
        make_history(service, random)
        commitment = make_agreement(
            service,
            timezone=zone,
            calendar=random.choice([None, make_calendar(random)]),
            effective_from=date(2026, 2, random.randint(1, 28)),
        )
        commitment.notice_hours = random.choice([0, 48])
        commitment.save()
        since[service.pk] = at("2026-02-01 00:00")

    commands.evaluate_services(since, now=NOW)

    results = list(PeriodResult.objects.select_related("commitment__version__agreement"))
    found = recomputed_facts(results)
    assert len(results) == 3 * len(ZONES)
    assert [[getattr(r, name) for name in COMPARED] for r in results] == [
        [getattr(found[r.pk], name) for name in COMPARED] for r in results
    ]
    assert any(r.impaired for r in results)
    assert any(r.excluded for r in results)
    assert results_that_differ(now=NOW) == []


def test_a_figure_that_was_tampered_with_is_found():
    commitment = make_agreement(make_service())
    commands.evaluate_services({commitment.service_id: at("2026-03-01 00:00")}, now=NOW)

    PeriodResult.objects.filter(first_on=date(2026, 3, 1)).update(unknown=0, up=31 * 86400)

    named = {name for _, name, _, _ in results_that_differ(now=NOW)}
    assert named == {"unknown", "up"}
