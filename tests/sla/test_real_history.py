"""The real history of 18 public services, judged by the portal and by a pocket calculator."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction

import pytest
import time_machine
from django.core.management import call_command

pytestmark = pytest.mark.django_db

FIRST, LAST = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
AUGUST_SECONDS = 31 * 86400


@pytest.fixture
def results_csv(real_data):
    return real_data / "data" / "uptime-history" / "results.csv"


@time_machine.travel("2026-09-02T00:00:00Z")
def test_august_comes_out_as_counted_by_hand(results_csv, api):
    expected = counted_by_hand(results_csv)

    call_command("import_history", str(results_csv), "--until", LAST.isoformat())
    answer = api.get("/api/v1/sla/results/", {"period": "2026-08", "limit": "500"}).json()

    found = {row["service"]["name"]: row for row in answer["results"]}
    assert answer["count"] == len(expected) == 18
    assert {name: figures(row) for name, row in found.items()} == expected


@time_machine.travel("2026-09-02T00:00:00Z")
def test_importing_twice_changes_nothing(results_csv, api):
    question = ("/api/v1/sla/results/", {"limit": "500"})
    call_command("import_history", str(results_csv), "--until", LAST.isoformat())
    once = api.get(*question).json()

    call_command("import_history", str(results_csv), "--until", LAST.isoformat())

    assert api.get(*question).json() == once


def figures(row):
    facts = row["facts"]
    return {
        "unknown": facts["unknown"],
        "impaired": facts["impaired"],
        "up": facts["up"],
        "base": row["base_seconds"],
        "down": row["down_seconds"],
        "value": row["value_percent"],
        "status": row["status"],
    }


def counted_by_hand(path):
    """A status holds until the monitor's next row; before the first nothing is known."""
    rows = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            rows[row["monitor"]].append((datetime.fromisoformat(row["time"]), row["status"]))
    return {name: by_hand(sorted(told)) for name, told in rows.items()}


def by_hand(told):
    edges = [at for at, _ in told[1:]] + [LAST]
    seconds = {"up": 0, "down": 0}
    for (start, status), end in zip(told, edges, strict=True):
        seconds[status] += int((min(end, LAST) - max(start, FIRST)).total_seconds())
    base = seconds["up"] + seconds["down"]
    unknown = AUGUST_SECONDS - base
    low = Fraction(seconds["up"], AUGUST_SECONDS)
    high = Fraction(AUGUST_SECONDS - seconds["down"], AUGUST_SECONDS)
    target = Fraction(999, 1000)
    share = Fraction(seconds["up"], base) * 1_000_000
    whole, rest = divmod(share.numerator // share.denominator, 10_000)
    status = "MET" if low >= target else "UNDECIDED" if high >= target else "BREACHED"
    return {
        "unknown": unknown,
        "impaired": seconds["down"],
        "up": seconds["up"],
        "base": base,
        "down": str(seconds["down"]),
        "value": f"{whole}.{rest:04}",
        "status": status,
    }
