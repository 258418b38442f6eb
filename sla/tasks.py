"""Background doors into this app."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from bsm.kernel.subjects import NodeKind, Subject
from sla import commands
from sla.queries import promises


def evaluate_services(since_by_subject: dict[str, datetime]) -> None:
    """Judge again what was promised about these services, each from its instant on."""
    commands.evaluate_services(_services(since_by_subject), now=timezone.now())


def evaluate_running_periods() -> None:
    """Carry the running periods on to now."""
    commands.evaluate_running_periods(now=timezone.now())


def promise_imported(since_by_subject: dict[str, datetime]) -> None:
    """Give services with an imported history a promise, where they have none."""
    commands.promise_monthly(_services(since_by_subject))


def subjects() -> list[str]:
    """Everything about which something was promised."""
    return [str(Subject.service(service_id)) for service_id in promises.judged_services()]


def _services(since_by_subject: dict[str, datetime]) -> dict[UUID, datetime]:
    parsed = {Subject.parse(text): since for text, since in since_by_subject.items()}
    return {
        subject.id: since
        for subject, since in parsed.items()
        if subject.kind is NodeKind.SERVICE
    }
