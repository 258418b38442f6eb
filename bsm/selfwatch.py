"""The portal watches itself: its first service, and something live to show at once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from assets.commands import create_ci
from assets.models import CIType
from catalog.commands import create_service
from catalog.models import Criticality, LifecycleState, Service, User
from impact.commands import add_dependency
from monitoring.commands import create_monitor, update_monitor
from monitoring.domain.refusal import networks
from monitoring.domain.target import faults
from monitoring.models import Monitor
from sla.commands import create_agreement
from sla.models import AgreementKind

NAME = "BSM portal"
PARTS = {
    "web": CIType.APPLICATION,
    "database": CIType.DATABASE,
    "broker": CIType.QUEUE,
    "worker": CIType.APPLICATION,
}
INTERVAL_MS, TIMEOUT_MS = 15_000, 4_000
TARGET = Decimal("99.9")

log = logging.getLogger(__name__)


@transaction.atomic
def watch_the_portal(now: datetime) -> None:
    """Set up what was never there, and follow the portal to a new address.

    Safe to repeat: what people have renamed or removed since stays as they left it. Where
    monitors may not reach the portal (BSM_MONITOR_CIDRS), nothing is set up.
    """
    refused = faults("http", {"url": _url("web")}, networks(settings.MONITOR_CIDRS))
    if refused:
        log.warning("The portal cannot watch itself at %s: %s", _url("web"), refused["url"])
        return
    watching = {
        part: Monitor.objects.filter(target__url__endswith=f"/healthz/{part}").first()
        for part in PARTS
    }
    for part, monitor in watching.items():
        if monitor is not None and monitor.target["url"] != _url(part):
            update_monitor(monitor, target={**monitor.target, "url": _url(part)}, now=now)
    if not any(watching.values()) and not Service.objects.filter(name=NAME).exists():
        _set_up(now)


def _set_up(now: datetime) -> None:
    service = create_service(
        name=NAME,
        value="Shows what IT promised, whether it was kept, and what it cost when not.",
        owner=User.objects.filter(is_superuser=True).order_by("date_joined").first(),
        criticality=Criticality.HIGH,
        state=LifecycleState.LIVE,
    )
    for part, type in PARTS.items():
        _watch(service, part, type, now=now)
    create_agreement(
        name=f"{NAME}: internal objective",
        kind=AgreementKind.SLO,
        owner=service.owner,
        effective_from=now.astimezone(UTC).date(),
        commitments=[{"service": service, "target_percent": TARGET}],
    )


def _watch(service: Service, part: str, type: CIType, *, now: datetime) -> None:
    ci = create_ci(name=f"{NAME}: {part}", type=type, owner=service.owner)
    add_dependency(parent=service, child=ci, now=now)
    create_monitor(
        name=f"{NAME}: {part} answers",
        kind="http",
        ci=ci,
        target={"url": _url(part)},
        interval_ms=INTERVAL_MS,
        timeout_ms=TIMEOUT_MS,
        now=now,
    )


def _url(part: str) -> str:
    return f"{settings.BSM_SELF_URL}/healthz/{part}"
