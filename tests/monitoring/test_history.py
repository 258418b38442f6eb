"""Check history from a file: planned, applied, repeated, extended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Service
from monitoring.commands import apply_history, create_monitor, plan_history
from monitoring.models import (
    CheckResult,
    HistoryImport,
    Incident,
    Monitor,
    MonitorHead,
    StatusInterval,
)
from monitoring.signals import history_imported, status_changed
from tests.factories import at, make_ci, make_service

pytestmark = pytest.mark.django_db

NOW = at("2026-09-01 00:00")
HEADER = "time,monitor,status,code,response_ms\n"


@pytest.fixture
def announced():
    """What was announced: (signal, subject, since)."""
    heard: list[tuple[str, str, datetime]] = []

    def listen(signal, subject, since, **_):
        name = "status" if signal is status_changed else "imported"
        heard.append((name, subject, since))

    for signal in (status_changed, history_imported):
        signal.connect(listen, weak=False)
    yield heard
    for signal in (status_changed, history_imported):
        signal.disconnect(listen)


def imported(text, *, until="2026-08-22 00:00"):
    planned = plan_history(
        text, file_name="history.csv", until=at(until) if until else None, actor=None, now=NOW
    )
    return planned, apply_history(planned, now=NOW)


def timeline(name):
    rows = StatusInterval.objects.filter(monitor__name=name, recorded__upper_inf=True)
    return [(row.state, row.valid.lower, row.valid.upper) for row in rows.order_by("valid")]


def lines(*rows):
    return HEADER + "".join(f"{row}\n" for row in rows)


SHOP = lines(
    "2026-08-01T10:00:00Z,Shop,up,200,50",
    "2026-08-02T10:00:00Z,Shop,down,502,",
    "2026-08-02T11:00:00Z,Shop,up,200,61.5",
)


def test_a_status_holds_until_the_next_row_and_the_last_until_the_end():
    imported(SHOP, until="2026-08-03 00:00")
    assert timeline("Shop") == [
        ("up", at("2026-08-01 10:00"), at("2026-08-02 10:00")),
        ("down", at("2026-08-02 10:00"), at("2026-08-02 11:00")),
        ("up", at("2026-08-02 11:00"), at("2026-08-03 00:00")),
        ("unknown", at("2026-08-03 00:00"), None),
    ]
    service = Service.objects.get()
    assert (service.name, service.state) == ("Shop", "live")
    monitor = Monitor.objects.get()
    assert (monitor.kind, monitor.created_at) == ("passive", at("2026-08-01 10:00"))
    incident = Incident.objects.get()
    assert (incident.started_at, incident.resolved_at) == (
        at("2026-08-02 10:00"),
        at("2026-08-02 11:00"),
    )


def test_without_an_end_the_history_ends_with_its_newest_row():
    imported(SHOP, until=None)
    assert timeline("Shop")[-1] == ("unknown", at("2026-08-02 11:00"), None)


def test_planning_changes_nothing_and_says_what_would_happen():
    planned = plan_history(
        SHOP, file_name="h.csv", until=at("2026-08-03 00:00"), actor=None, now=NOW
    )
    assert planned.plan["monitors"] == [
        {"name": "Shop", "new_rows": 3, "same_rows": 0, "is_new": True, "outages": 1}
    ]
    assert planned.applied_at is None
    assert not Service.objects.exists()
    assert not CheckResult.objects.exists()


def test_importing_twice_changes_nothing(announced):
    _, first = imported(SHOP)
    rows = list(StatusInterval.objects.order_by("pk").values())
    heads = list(MonitorHead.objects.values())
    announced.clear()

    _, second = imported(SHOP)

    assert (first["new_rows"], first["same_rows"], first["outages"]) == (3, 0, 1)
    assert (second["new_rows"], second["same_rows"], second["outages"]) == (0, 3, 1)
    assert list(StatusInterval.objects.order_by("pk").values()) == rows
    assert list(MonitorHead.objects.values()) == heads
    assert announced == []


def test_the_first_rows_of_a_service_are_announced_once(announced):
    imported(SHOP)
    service = Service.objects.get()
    assert ("imported", f"service:{service.pk}", at("2026-08-01 10:00")) in announced
    announced.clear()
    imported(SHOP + "2026-08-05T00:00:00Z,Shop,down,0,\n")
    assert announced == [("status", f"service:{service.pk}", at("2026-08-05 00:00"))]


def test_a_second_file_goes_on_where_the_first_ended():
    imported(SHOP, until="2026-08-03 00:00")
    imported(lines("2026-08-04T00:00:00Z,Shop,down,500,1"), until="2026-08-05 00:00")
    assert timeline("Shop")[-3:] == [
        ("up", at("2026-08-02 11:00"), at("2026-08-04 00:00")),
        ("down", at("2026-08-04 00:00"), at("2026-08-05 00:00")),
        ("unknown", at("2026-08-05 00:00"), None),
    ]


def test_an_older_file_fills_in_what_came_before():
    imported(SHOP, until="2026-08-03 00:00")
    imported(lines("2026-07-30T00:00:00Z,Shop,down,500,1"), until="2026-08-01 00:00")
    assert timeline("Shop")[:2] == [
        ("down", at("2026-07-30 00:00"), at("2026-08-01 10:00")),
        ("up", at("2026-08-01 10:00"), at("2026-08-02 10:00")),
    ]


def test_a_file_in_any_order_gives_the_same_timeline():
    header, *rows = SHOP.splitlines(keepends=True)
    imported(header + "".join(reversed(rows)))
    assert [row[0] for row in timeline("Shop")] == ["up", "down", "up", "unknown"]


BAD = lines(
    "2026-08-01T10:00:00Z,Shop,up,200,50",
    "yesterday,Shop,up,200,50",
    "2026-08-01T11:00:00,Shop,up,200,50",
    "2026-08-01T11:00:00Z,,up,200,50",
    "2026-08-01T11:00:00Z,Shop,sideways,200,50",
    "2026-08-01T11:00:00Z,Shop,up,abc,50",
    "2026-08-01T11:00:00Z,Shop,up,200,-5",
    "2026-08-01T11:00:00Z,Shop,up,200",
    "2026-08-22T00:00:00Z,Shop,up,200,50",
    "2026-08-01T10:00:00Z,Shop,down,500,50",
    "2026-08-01T10:00:00+00:00,Shop,up,200,50",
)


def test_bad_rows_are_left_out_and_returned_with_reason():
    planned, summary = imported(BAD)
    assert [(error["row"], error["field"]) for error in planned.plan["errors"]] == [
        (3, "time"),
        (4, "time"),
        (5, "monitor"),
        (6, "status"),
        (7, "code"),
        (8, "response_ms"),
        (9, "row"),
        (10, "time"),
        (11, "time"),
    ]
    assert all(error["reason"] for error in planned.plan["errors"])
    assert (summary["new_rows"], summary["same_rows"], summary["errors"]) == (1, 1, 9)


def test_a_row_that_contradicts_what_is_recorded_is_returned():
    imported(SHOP)
    planned, summary = imported(lines("2026-08-02T10:00:00Z,Shop,up,200,1"))
    assert "something else is recorded" in planned.plan["errors"][0]["reason"]
    assert summary["new_rows"] == 0
    assert len(timeline("Shop")) == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("time,monitor\n", "'status' is missing"),
        ("time,monitor,status,colour\n", "Unknown column 'colour'"),
        ("time,monitor,status,time\n", "twice"),
        (HEADER, "no rows"),
        (HEADER + "x,y,z,1,2\n", "Row 2, time"),
    ],
)
def test_a_file_that_is_no_history_is_refused_whole(text, reason):
    with pytest.raises(ValidationError, match=reason):
        plan_history(text, file_name="x.csv", until=None, actor=None, now=NOW)


def test_history_may_be_told_of_a_monitor_that_the_portal_polls_but_only_from_before():
    monitor = create_monitor(
        name="Shop",
        ci=make_ci(),
        kind="http",
        target={"url": "https://example.com/"},
        now=at("2026-08-02 10:30"),
    )
    planned, summary = imported(SHOP)
    assert summary["new_rows"] == 2
    assert "checks this itself" in planned.plan["errors"][0]["reason"]
    assert timeline("Shop") == [
        ("up", at("2026-08-01 10:00"), at("2026-08-02 10:00")),
        ("down", at("2026-08-02 10:00"), at("2026-08-02 10:30")),
        ("unknown", at("2026-08-02 10:30"), None),
    ]
    assert monitor.head.state == "unknown"


def test_a_service_of_that_name_gets_the_monitor():
    service = make_service("Shop")
    imported(SHOP)
    assert Monitor.objects.get().service == service


def test_the_public_uptime_history(real_data):
    text = (real_data / "data" / "uptime-history" / "results.csv").read_text()
    _, summary = imported(text)
    assert summary["new_rows"] == 314
    assert summary["outages"] == 47
    assert summary["errors"] == 0
    assert len(summary["monitors"]) == Monitor.objects.count() == Service.objects.count() == 18
    down = StatusInterval.objects.filter(state="down", recorded__upper_inf=True)
    assert down.count() == 47
    assert down_seconds(text) == sum(
        (row.valid.upper - row.valid.lower).total_seconds() for row in down
    )


def down_seconds(text):
    """Counted anew from the file: from each down row to the monitor's next one."""
    end = datetime(2026, 8, 22, tzinfo=UTC)
    rows = [line.rsplit(",", 3) for line in text.splitlines()[1:]]
    told = sorted(
        (head.split(",", 1)[1], datetime.fromisoformat(head.split(",", 1)[0]), status)
        for head, status, _, _ in rows
    )
    total = 0.0
    for n, (name, instant, status) in enumerate(told):
        after = told[n + 1] if n + 1 < len(told) else None
        until = after[1] if after and after[0] == name else end
        total += (until - instant).total_seconds() if status == "down" else 0
    return total


def test_a_history_does_not_end_in_the_future():
    with pytest.raises(ValidationError, match="Nobody knows yet"):
        imported(SHOP, until="2027-01-01 00:00")

    assert not HistoryImport.objects.exists()


def test_a_row_from_the_future_is_returned_and_moves_nothing():
    text = SHOP + "2026-09-01T00:00:01Z,Shop,down,502,\n"

    planned, _ = imported(text, until=None)

    [error] = planned.plan["errors"]
    assert (error["row"], error["field"], error["reason"]) == (5, "time", "lies in the future")
    assert CheckResult.objects.count() == 3
