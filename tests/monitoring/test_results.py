"""Results on their way in: in order, doubled, late, too late, and not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bsm.models import Recomputation
from monitoring import queries
from monitoring.commands import (
    notice_silence,
    pause_monitor,
    record_results,
    resume_monitor,
    update_monitor,
)
from monitoring.domain.machine import Evidence, Machine, timeline
from monitoring.domain.status import SEVERITY, Outcome
from monitoring.models import CheckResult, Incident, Monitor, MonitorHead, StatusInterval
from monitoring.signals import status_changed
from tests.factories import at, make_ci, make_monitor, make_service

pytestmark = pytest.mark.django_db

OK, WARN, ERROR, FAIL = Outcome.OK, Outcome.WARN, Outcome.ERROR, Outcome.FAIL
START = at("03-10 09:00")


@pytest.fixture
def watched():
    """A website asked every minute; three failures in a row are believed."""
    return make_monitor(
        make_ci("web"),
        kind="http",
        target={"url": "https://example.com/"},
        created_at=START,
    )


def minute(n: float):
    return START + timedelta(minutes=n)


def record(monitor, *results, now=None):
    """Each result is (minute, outcome), and arrives then unless `now` (a minute) is given."""
    if now is not None:
        return record_results(
            monitor, [(minute(n), outcome) for n, outcome in results], now=minute(now)
        )
    return [
        record_results(monitor, [(minute(n), outcome)], now=minute(n)) for n, outcome in results
    ]


def states(monitor, *, believed=True):
    rows = StatusInterval.objects.filter(monitor=monitor)
    if believed:
        rows = rows.filter(recorded__upper_inf=True)
    return [
        (row.state, _minutes(row.valid.lower), _minutes(row.valid.upper))
        for row in rows.order_by("valid")
    ]


def _minutes(instant):
    return None if instant is None else (instant - START) / timedelta(minutes=1)


def test_a_monitor_is_unknown_until_its_first_result(watched):
    assert states(watched) == [("unknown", 0, None)]
    record(watched, (1, OK))
    assert states(watched) == [("unknown", 0, 1), ("up", 1, None)]


def test_the_third_failure_confirms_and_down_starts_with_the_first(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL))
    assert states(watched) == [("up", 0, None)]
    assert queries.standing_machine(watched).soft_count() == 2

    record(watched, (3, FAIL))

    assert states(watched) == [("up", 0, 1), ("down", 1, None)]
    down = StatusInterval.objects.get(state="down")
    assert (down.decided_at, down.last_contrary_at) == (minute(3), minute(0))
    incident = Incident.objects.get()
    assert (incident.started_at, incident.opened_at) == (minute(1), minute(3))
    assert incident.closed_at is None


def test_recovery_closes_the_incident_and_a_relapse_reopens_it(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL), (3, FAIL), (4, OK))
    assert Incident.objects.get().resolved_at == minute(4)

    record(watched, (8, FAIL), (9, FAIL), (10, FAIL))

    incident = Incident.objects.get()
    assert (incident.occurrences, incident.resolved_at) == (2, None)


def test_the_same_slot_counts_once(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL))
    assert record(watched, (2, FAIL), now=2) == 0
    assert states(watched) == [("up", 0, None)]
    assert CheckResult.objects.count() == 3


def test_an_error_is_kept_but_proves_nothing(watched):
    record(watched, (0, OK), (1, FAIL), (2, ERROR), (3, FAIL))
    assert states(watched) == [("up", 0, None)]
    record(watched, (4, FAIL))
    assert states(watched) == [("up", 0, 1), ("down", 1, None)]


def test_silence_is_unknown_from_the_end_of_freshness_whenever_it_is_noticed(watched):
    record(watched, (0, OK))
    fresh = timedelta(seconds=2 * 60 + 5) / timedelta(minutes=1)
    assert notice_silence(now=minute(2)) == 0

    assert notice_silence(now=minute(30)) == 1
    assert notice_silence(now=minute(31)) == 0

    assert states(watched) == [("up", 0, fresh), ("unknown", fresh, None)]


def test_errors_do_not_keep_a_state_fresh(watched):
    record(watched, (0, OK), (1, ERROR), (2, ERROR))
    assert notice_silence(now=minute(3)) == 1


def test_a_passive_monitor_holds_its_state_until_it_is_told_otherwise():
    monitor = make_monitor(make_service(), created_at=START)
    record(monitor, (0, OK))
    assert notice_silence(now=minute(100_000)) == 0


def test_late_failures_rewrite_the_past_and_leave_what_was_believed(watched):
    monitor = update_monitor(watched, now=START, stale_after_ms=400_000)
    record(monitor, (0, OK), (1, OK), (5, OK), (6, OK), (7, OK), (8, OK))
    Recomputation.objects.all().delete()

    record(monitor, (2, FAIL), (3, FAIL), (4, FAIL), now=9)

    assert states(monitor) == [("up", 0, 2), ("down", 2, 5), ("up", 5, None)]
    assert ("up", 0, None) in states(monitor, believed=False)
    down = StatusInterval.objects.get(state="down")
    assert down.decided_at == minute(9)
    incident = Incident.objects.get()
    assert (incident.started_at, incident.resolved_at) == (minute(2), minute(5))
    assert Recomputation.objects.get(step="impact.rebuild_health").since == minute(2)


def test_what_came_before_the_late_result_is_not_touched(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL), (3, FAIL), (4, OK), (5, OK), (6, OK))
    kept = list(StatusInterval.objects.filter(valid__endswith__lte=minute(4)).values())

    record(watched, (4.5, FAIL), now=6)

    assert states(watched) == [("up", 0, 1), ("down", 1, 4), ("up", 4, None)]
    assert list(StatusInterval.objects.filter(valid__endswith__lte=minute(4)).values()) == kept


def test_a_result_beyond_the_late_horizon_is_kept_but_not_used(watched):
    record(watched, *[(n, OK) for n in range(20)])
    record(watched, (1.5, FAIL), (2.5, FAIL), (2.6, FAIL), now=19)
    assert states(watched) == [("up", 0, None)]
    assert CheckResult.objects.filter(is_ignored=True).count() == 3


def test_only_a_change_is_announced(watched):
    heard = []

    def listen(since, **_):
        heard.append(_minutes(since))

    status_changed.connect(listen)
    record(watched, (0, OK), (1, OK), (2, FAIL), (3, OK), (4, FAIL), (5, FAIL), (6, FAIL))
    status_changed.disconnect(listen)
    assert heard == [0, 4]


def test_a_paused_monitor_knows_nothing_and_an_open_run_does_not_cross_the_pause(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL))
    paused = pause_monitor(watched, now=minute(3))
    assert states(watched) == [("up", 0, 3), ("unknown", 3, None)]

    record(resume_monitor(paused, now=minute(4)), (5, FAIL))

    assert states(watched) == [("up", 0, 3), ("unknown", 3, None)]
    assert notice_silence(now=minute(60)) == 0


def test_no_run_crosses_a_change_of_the_target(watched):
    record(watched, (0, OK), (1, FAIL), (2, FAIL))
    changed = update_monitor(watched, now=minute(2), target={"url": "https://example.org/"})
    record(changed, (3, FAIL))
    assert states(watched) == [("up", 0, None)]


def test_a_run_that_arrives_late_and_one_by_one_is_a_run_all_the_same(watched):
    record(watched, (0, FAIL), now=14)
    record(watched, (1, FAIL), now=14)
    record(watched, (2, FAIL), now=14)

    notice_silence(now=minute(14))

    assert [state for state, *_ in states(watched)] == ["down", "unknown"]
    assert states(watched)[0][1] == 0


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    outcomes=st.lists(st.sampled_from([OK, WARN, ERROR, FAIL]), min_size=1, max_size=14),
    order=st.randoms(use_true_random=False),
)
def test_in_whatever_order_results_arrive_the_timeline_is_the_same(outcomes, order):
    monitor = make_monitor(
        make_ci(),
        kind="http",
        target={"url": "https://example.com/"},
        created_at=START,
        confirm_degraded=2,
        confirm_up=2,
    )
    told = [(float(n + n // 4 * 3), outcome) for n, outcome in enumerate(outcomes)]
    shuffled = list(told)
    order.shuffle(shuffled)
    while shuffled:
        size = order.randint(1, len(shuffled))
        batch, shuffled = shuffled[:size], shuffled[size:]
        record(monitor, *batch, now=14)

    evidence = [
        Evidence(minute(n), SEVERITY[outcome], minute(n))
        for n, outcome in told
        if outcome is not ERROR
    ]
    _, spells = timeline(Machine.new(START), evidence, monitor.rules, now=minute(14))
    notice_silence(now=minute(14))
    assert states(monitor) == [
        (str(spell.state), _minutes(spell.start), _minutes(spell.end)) for spell in spells
    ]
    head = MonitorHead.objects.get(monitor=monitor)
    assert (head.state, head.since) == (spells[-1].state, spells[-1].start)
    down = [spell for spell in spells if spell.state == "down"]
    assert Incident.objects.filter(monitor=monitor).exists() == bool(down)
    Monitor.objects.all().delete()
