"""How many checks a CPU-second buys, database included, and how punctual they are."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.request import urlopen

import uvloop
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from assets.commands import create_ci
from assets.models import CI
from monitoring.adapters.guard import Guard
from monitoring.commands import create_monitor
from monitoring.engine.prober import Prober
from monitoring.models import CheckResult
from monitoring.models.result import TOLD

MONITORS, INTERVAL_MS, SECONDS = 1000, 5_000, 30
WARM_UP_SECONDS = 7.0
NAIVE = 1000  # checks one by one
TICKS = os.sysconf("SC_CLK_TCK")
NAME = "benchmark of checks"


class Stopwatch:
    """Says when the run is over; reads the meters when the warm-up ends and at the end."""

    def __init__(self, prober: Prober, server: int) -> None:
        self.prober = prober
        self.server = server
        self.began = time.monotonic()
        self.start: dict[str, float] = {}
        self.end: dict[str, float] = {}

    def __call__(self) -> bool:
        elapsed = time.monotonic() - self.began
        if not self.start and elapsed >= WARM_UP_SECONDS:
            self.start = self._read()
            self.prober.lateness_ms.clear()
        if self.start and not self.end and elapsed >= WARM_UP_SECONDS + SECONDS:
            self.end = self._read()
        return bool(self.end)

    def _read(self) -> dict[str, float]:
        used = os.times()
        return {
            "prober_cpu": used.user + used.system,
            "database_cpu": _database_cpu(self.server),
            "started": self.prober.counts["started"],
            "recorded": self.prober.counts["recorded"],
        }


def run() -> dict[str, Any]:
    """1,000 monitors every 5 s for 30 s against a local target; leaves no row behind."""
    with _target() as port, _monitors(port) as numbers:
        prober = Prober("benchmark", Guard.of(["127.0.0.0/8"]))
        stopwatch = Stopwatch(prober, _database_server())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(prober.run(stopwatch))
        late = sorted(prober.lateness_ms)
        naive = _one_by_one(port, numbers[0], stopwatch.server)
        not_ok = CheckResult.objects.filter(monitor_number__in=numbers, outcome__gt=0).count()
    checks = stopwatch.end["started"] - stopwatch.start["started"]
    cpu = stopwatch.end["prober_cpu"] - stopwatch.start["prober_cpu"]
    database_cpu = stopwatch.end["database_cpu"] - stopwatch.start["database_cpu"]
    rate = checks / (cpu + database_cpu)
    cuts = quantiles(late, n=100)
    return {
        "sizes": {"monitors": MONITORS, "interval_ms": INTERVAL_MS, "checks": int(checks)},
        "seconds": SECONDS,
        "expected": MONITORS * SECONDS * 1000 // INTERVAL_MS,
        "not_ok": not_ok,
        "prober_cpu_seconds": round(cpu, 2),
        "database_cpu_seconds": round(database_cpu, 2),
        "checks_per_cpu_second": round(rate),
        "checks_per_cpu_second_one_by_one": round(naive),
        "ratio": round(rate / naive, 1),
        "jitter_p50_ms": round(cuts[49], 1),
        "jitter_p99_ms": round(cuts[98], 1),
    }


def _one_by_one(port: int, number: int, server: int) -> float:
    """Checks in a CPU-second the naive way: a request and a row at a time."""
    before = sum(os.times()[:2]) + _database_cpu(server)
    now = timezone.now()
    for n in range(NAIVE):
        with urlopen(f"http://127.0.0.1:{port}/{n}") as answer:
            answer.read()
        slot = now + timedelta(milliseconds=n)
        CheckResult.objects.create(monitor_number=number, location=TOLD, slot=slot, outcome=0)
    return NAIVE / (sum(os.times()[:2]) + _database_cpu(server) - before)


@contextmanager
def _target() -> Iterator[int]:
    program = subprocess.Popen(
        [sys.executable, "-m", "bsm.benchmarks.target"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if program.stdout is None:
            raise RuntimeError("the target says nothing")
        yield int(program.stdout.readline())
    finally:
        program.kill()
        program.wait()


@contextmanager
def _monitors(port: int) -> Iterator[list[int]]:
    settings.MONITOR_CIDRS = [*settings.MONITOR_CIDRS, "127.0.0.0/8"]
    now = timezone.now()
    with transaction.atomic():
        ci = create_ci(name=f"{NAME} {now:%F %T}")
        numbers = [
            create_monitor(
                name=f"{NAME} {n} {now:%F %T}",
                kind="http",
                ci=ci,
                target={"url": f"http://127.0.0.1:{port}/{n}"},
                interval_ms=INTERVAL_MS,
                timeout_ms=4_000,
                now=now,
            ).number
            for n in range(MONITORS)
        ]
    try:
        yield numbers
    finally:
        CheckResult.objects.filter(monitor_number__in=numbers).delete()
        CI.objects.filter(pk=ci.pk).delete()


def _database_server() -> int:
    """The process that the database's processes come from; 0 when it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = _process(cursor.fetchone()[0])
    return fields[1] if fields else 0


def _database_cpu(server: int) -> float:
    """Seconds that the database server has used, with its processes, also those that ended."""
    living = [_process(int(place.name)) for place in Path("/proc").iterdir() if _is_pid(place)]
    children = sum(sum(one[11:13]) for one in living if one and one[1] == server)
    own = _process(server)
    return (children + (sum(own[11:15]) if own else 0)) / TICKS


def _is_pid(place: Path) -> bool:
    return place.name.isdecimal()


def _process(pid: int) -> list[int] | None:
    """The figures of /proc/<pid>/stat behind the name, the state as 0; None if not ours."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    if not name.startswith("postgres"):
        return None
    return [0, *map(int, rest.split()[1:])]
