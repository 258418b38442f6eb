"""Probers at work: real slots, real target, real database."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
import uvloop
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from monitoring.adapters.guard import Guard
from monitoring.commands import ensure_partitions, leases, pause_monitor, update_monitor
from monitoring.commands.polled import Polled, flush
from monitoring.domain.observation import Observation
from monitoring.domain.slots import newest_slot, phase_ms
from monitoring.domain.status import Outcome
from monitoring.engine.clock import instant, milliseconds
from monitoring.engine.prober import Prober
from monitoring.models import CheckResult, Evidence, MonitorHead, Shard, StatusInterval
from monitoring.models import Prober as ProberRow
from tests.factories import make_ci, make_monitor
from tests.monitoring.engine.target import listening

pytestmark = pytest.mark.django_db(transaction=True)

GUARD = Guard.of(["127.0.0.0/8"])


@pytest.fixture(autouse=True)
def loopback_allowed(settings):
    settings.MONITOR_CIDRS = ["127.0.0.0/8"]


@pytest.fixture
def target():
    with listening() as target:
        yield target


def watch(target, path="/", **fields):
    return make_monitor(
        make_ci(),
        created_at=timezone.now(),
        **{
            "kind": "http",
            "target": {"url": target.url(path)},
            "interval_ms": 1000,
            "timeout_ms": 800,
            "retry_interval_ms": 1000,
            **fields,
        },
    )


@contextmanager
def polling(name="one"):
    """A prober in a thread; it ends cleanly with the block."""
    prober = Prober(name, GUARD)
    over = threading.Event()
    failures = []

    def work():
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(prober.run(over.is_set))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield prober
    finally:
        over.set()
        thread.join(timeout=20)
    assert not thread.is_alive()
    assert failures == []


def wait_for(what, seconds=10.0):
    over_at = time.monotonic() + seconds
    while time.monotonic() < over_at:
        if what():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def test_a_monitor_is_asked_in_its_slots_and_its_state_follows(target):
    monitor = watch(target, confirm_down=2)
    with polling():
        wait_for(lambda: MonitorHead.objects.get(pk=monitor.pk).state == "up")
        target.status = 503
        wait_for(lambda: MonitorHead.objects.get(pk=monitor.pk).state == "down")
        target.status = 200
        wait_for(lambda: MonitorHead.objects.get(pk=monitor.pk).state == "up")

    results = list(CheckResult.objects.order_by("slot"))
    phase = phase_ms(monitor.pk, 1000)
    on_grid = [row for row in results if (milliseconds(row.slot) - phase) % 1000 == 0]
    assert len(on_grid) >= 3
    assert all(0 <= row.late_ms < 400 for row in results)
    states = StatusInterval.objects.filter(recorded__upper_inf=True).order_by("valid")
    assert [row.state for row in states] == ["unknown", "up", "down", "up"]
    first_failure = results[[row.outcome for row in results].index(Outcome.FAIL)]
    observed_at = first_failure.slot + timedelta(milliseconds=first_failure.late_ms)
    assert states[2].valid.lower == observed_at
    assert Evidence.objects.filter(message="answered 503").exists()


def test_a_prober_that_ends_hands_its_shards_back(target):
    watch(target)
    with polling() as prober:
        wait_for(CheckResult.objects.exists)
        assert len(prober.tokens) == 256
    assert not Shard.objects.exclude(owner="").exists()
    assert not ProberRow.objects.exists()
    assert connection.settings_dict["NAME"].startswith("test_")


def test_more_of_the_same_is_not_written_to_the_head(target):
    monitor = watch(target)
    with polling() as prober:
        wait_for(lambda: MonitorHead.objects.get(pk=monitor.pk).state == "up")
        written = MonitorHead.objects.get(pk=monitor.pk).updated_at
        wait_for(lambda: prober.counts["recorded"] >= 4)
    assert MonitorHead.objects.get(pk=monitor.pk).updated_at == written


def test_what_people_change_is_noticed_while_it_runs(target):
    monitor, other = watch(target, "/one"), watch(target, "/other")
    with polling():
        wait_for(lambda: {"/one", "/other"} <= set(target.asked))
        update_monitor(monitor, now=timezone.now(), target={"url": target.url("/two")})
        pause_monitor(other, now=timezone.now())
        wait_for(lambda: "/two" in target.asked)
        watch(target, "/new")
        wait_for(lambda: "/new" in target.asked)
        target.asked.clear()
        time.sleep(2.2)
        assert "/other" not in target.asked
        assert "/one" not in target.asked


def test_while_in_doubt_it_is_asked_sooner(target):
    target.status = 500
    monitor = watch(target, interval_ms=20_000, timeout_ms=500)
    began = time.monotonic()
    with polling():
        wait_for(lambda: MonitorHead.objects.get(pk=monitor.pk).state == "down", seconds=30)
    slots = list(CheckResult.objects.order_by("slot").values_list("slot", flat=True))
    assert len(slots) == 3
    assert (slots[-1] - slots[0]).total_seconds() < 6
    assert time.monotonic() - began < 30


def test_while_the_database_is_away_results_wait(target, monkeypatch):
    monitor = watch(target)
    with polling() as prober:
        wait_for(lambda: prober.counts["recorded"] >= 1)
        exchange = prober._ledger.exchange

        def away(order):
            raise OperationalError("the connection is closed")

        prober._ledger.exchange = away
        before = prober.counts["started"]
        wait_for(lambda: prober.counts["started"] >= before + 3)
        assert prober.telemetry()["waiting"] >= 2
        prober._ledger.exchange = exchange
        wait_for(lambda: prober.counts["recorded"] >= prober.counts["started"] - 1)

    slots = sorted(
        milliseconds(slot) for slot in CheckResult.objects.values_list("slot", flat=True)
    )
    assert {later - earlier for earlier, later in pairwise(slots)} == {1000}
    assert MonitorHead.objects.get(pk=monitor.pk).state == "up"


def flushed(monitor, token, *, outcome=Outcome.OK, slot=None):
    slot = slot or timezone.now()
    row = Polled(monitor.number, monitor.shard, token, Observation(slot, outcome))
    return flush({monitor.shard: token}, [row], {}, now=timezone.now())


def test_the_results_of_a_prober_that_was_overtaken_are_dropped(target):
    monitor = watch(target)
    leases.ensure_shards()
    ensure_partitions(now=timezone.now())
    old = leases.take_shards("frozen", mine=(), wanted=256)[monitor.shard]
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    new = leases.take_shards("quick", mine=(), wanted=256)[monitor.shard]
    slot = timezone.now()

    late = flushed(monitor, old, outcome=Outcome.FAIL, slot=slot)
    good = flushed(monitor, new, slot=slot)

    assert (late.recorded, late.fenced, late.held) == (0, 1, set())
    assert (good.recorded, good.fenced) == (1, 0)
    assert CheckResult.objects.get().outcome == Outcome.OK


def test_a_slot_is_recorded_once_and_the_first_wins(target):
    monitor = watch(target)
    leases.ensure_shards()
    ensure_partitions(now=timezone.now())
    token = leases.take_shards("one", mine=(), wanted=256)[monitor.shard]
    slot = timezone.now()
    assert flushed(monitor, token, slot=slot).recorded == 1
    assert flushed(monitor, token, outcome=Outcome.FAIL, slot=slot).doubled == 1
    assert CheckResult.objects.get().outcome == Outcome.OK


def test_two_probers_share_fairly(target):
    watch(target)
    with polling("one") as one:
        wait_for(lambda: len(one.tokens) == 256)
        with polling("two") as two:
            wait_for(lambda: len(one.tokens) == len(two.tokens) == 128)
        wait_for(lambda: len(one.tokens) == 256)


def database_url():
    found = connection.settings_dict
    user, password = found["USER"], found["PASSWORD"]
    host = found["HOST"]
    if host.startswith("/"):
        return f"postgresql://{user}:{password}@/{found['NAME']}?host={host}"
    return f"postgresql://{user}:{password}@{host}:{found['PORT'] or 5432}/{found['NAME']}"


@pytest.mark.slow
def test_a_killed_prober_loses_no_slot_beyond_its_lease_and_doubles_none(target):
    monitors = [watch(target, f"/{n}", interval_ms=2000, timeout_ms=900) for n in range(30)]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "BSM_MONITOR_CIDRS": "127.0.0.0/8",
    }
    with polling("survivor") as survivor:
        wait_for(lambda: len(survivor.tokens) == 256)
        victim = subprocess.Popen(
            [sys.executable, "manage.py", "prober"], cwd=settings.BASE_DIR, env=environment
        )
        try:
            wait_for(lambda: len(survivor.tokens) == 128, seconds=30)
            time.sleep(3)
            began = timezone.now()
            victim.send_signal(signal.SIGKILL)
        finally:
            victim.kill()
            victim.wait()
        wait_for(lambda: len(survivor.tokens) == 256, seconds=15)
        healed = timezone.now()
        time.sleep(4.5)

    assert (healed - began).total_seconds() < leases.TTL_SECONDS + 3
    rows = CheckResult.objects.values_list("monitor_number", "slot")
    assert max(Counter(rows).values()) == 1
    settled_ms = milliseconds(healed) + 1500
    last_ms = milliseconds(healed) + 3000
    for monitor in monitors:
        phase = phase_ms(monitor.pk, 2000)
        wanted = newest_slot(last_ms, interval=2000, phase=phase)
        if wanted > settled_ms:
            assert (monitor.number, instant(wanted)) in set(rows)
