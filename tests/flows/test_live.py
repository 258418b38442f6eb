"""The story with nothing left out: a real target, a real broker, real workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bsm.celery import app
from finance.commands import set_business_value
from finance.models import DowntimeCost
from impact.models import Outage
from monitoring.commands import create_monitor
from monitoring.models import CheckResult, MonitorHead
from monitoring.tasks import tend_storage
from sla.models import PeriodResult
from tests.factories import make_agreement, make_ci, make_dependency, make_service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATIENCE_SECONDS = 45


class Target(BaseHTTPRequestHandler):
    """Answers with whatever status the test says."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def target() -> Iterator[str]:
    Target.status = 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def real_broker() -> Iterator[None]:
    app.control.purge()
    yield
    app.control.purge()


@pytest.fixture
def workers(real_broker: None) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker for computing and one for polling, on the database of this test."""
    database = settings.DATABASES["default"]
    host = database["HOST"] or "localhost"
    url = (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@/"
        f"{connection.settings_dict['NAME']}?host={host}"
    )
    if database["PORT"]:
        url += f"&port={database['PORT']}"
    environment = {**os.environ, "DATABASE_URL": url, "BSM_MONITOR_CIDRS": "127.0.0.0/8"}
    celery = [sys.executable, "-m", "celery", "-A", "bsm.celery", "worker", "-l", "warning"]
    lean = ["--without-gossip", "--without-mingle", "-P", "solo"]
    processes = [
        subprocess.Popen(
            [*celery, "-Q", queue, "-n", f"{queue}-test@%h", *lean], env=environment
        )
        for queue in ("compute,notify,bulk", "probe")
    ]
    yield processes
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def eventually(question: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if question():
            return
        time.sleep(0.2)
    pytest.fail(f"waited {PATIENCE_SECONDS} s for {what}")


def test_a_real_check_becomes_an_outage_a_verdict_and_a_cost(target, workers):
    now = timezone.now()
    tend_storage()
    shop, server = make_service("Web shop"), make_ci("Web server")
    make_dependency(shop, server)
    commitment = make_agreement(shop, effective_from=now.date().replace(day=1))
    set_business_value(shop, hourly_loss=Decimal(3600), now=now)
    monitor = create_monitor(
        name="Shop page",
        kind="http",
        ci=server,
        target={"url": target},
        interval_ms=1000,
        timeout_ms=900,
        confirm_down=2,
        now=now,
    )

    app.send_task("monitoring.tasks.probe_run", queue="probe")
    head = MonitorHead.objects.filter(monitor=monitor)
    eventually(lambda: head.filter(state="up").exists(), "the first good check")
    Target.status = 503
    eventually(lambda: Outage.objects.filter(service=shop).exists(), "the outage")
    outage = Outage.objects.get(service=shop)
    eventually(lambda: DowntimeCost.objects.filter(outage=outage).exists(), "its cost")
    Target.status = 200
    ended = Outage.objects.filter(service=shop, ended_at__isnull=False)
    eventually(ended.exists, "the end of the outage")

    outage.refresh_from_db()
    lasted = (outage.ended_at - outage.started_at).total_seconds()
    priced = DowntimeCost.objects.filter(outage=outage, is_provisional=False)
    eventually(priced.exists, "the final cost")
    assert abs(float(priced.get().amount) - lasted) <= 0.01  # a euro a second
    judged = PeriodResult.objects.filter(commitment=commitment, impaired__gt=0)
    eventually(judged.exists, "the verdict")
    assert abs(judged.get().impaired - lasted) <= 1
    slots = CheckResult.objects.filter(monitor_number=monitor.number)
    assert slots.count() == slots.values("slot").distinct().count()
