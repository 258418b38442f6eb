"""Removing the demo company: every demo row and what hangs on it, and nothing else."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

import assets.commands
import catalog.commands
import finance.commands
import impact.commands.load
import monitoring.commands.load
import sla.commands.load
from assets.models import CI
from bsm.demo import presence
from bsm.models import DemoCompany, Recomputation
from catalog.models import Service
from monitoring.models import Monitor
from sla.models import Commitment, Exclusion


class NotLoaded(Exception):
    """There is no demo company to remove."""


def remove(*, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Remove the company in one transaction.

    Answers with how many rows of each kind went, and with what was not demo but hung on it
    and went too. Raises ValidationError where something real would lose its footing.
    """
    if not DemoCompany.objects.exists():
        raise NotLoaded
    with transaction.atomic():
        refuse_footings()
        hanging = list(_hanging())
        subjects = _subjects()
        removed = (
            finance.commands.remove_demo()
            | sla.commands.load.remove_demo()
            | impact.commands.load.remove_demo(now=now)
            | monitoring.commands.load.remove_demo()
            | assets.commands.remove_demo()
            | catalog.commands.remove_demo()
        )
        Recomputation.objects.filter(subject__in=subjects).delete()
        DemoCompany.objects.all().delete()
    presence.forget()
    return removed, hanging


def refuse_footings() -> None:
    """Real promises stand on a demo calendar, or a real decision on a demo user: say which."""
    promises = Commitment.objects.filter(
        calendar__is_demo=True, service__is_demo=False, version__agreement__is_demo=False
    ).select_related("service")
    decisions = Exclusion.objects.filter(
        approver__is_demo=True, is_demo=False, service__is_demo=False
    ).select_related("service")
    standing = [f"the promise {one} uses a calendar of the demo" for one in promises]
    standing += [f"the exclusion {one} was approved by a user of the demo" for one in decisions]
    if standing:
        raise ValidationError("First change these: " + "; ".join(standing) + ".")


def _hanging() -> list[str]:
    """Rows that people added to the demo themselves."""
    on_demo = Q(service__is_demo=True) | Q(ci__is_demo=True)
    monitors = Monitor.objects.filter(on_demo, is_demo=False)
    promises = Commitment.objects.filter(
        service__is_demo=True, version__agreement__is_demo=False
    ).select_related("service")
    exclusions = Exclusion.objects.filter(service__is_demo=True, is_demo=False).select_related(
        "service"
    )
    return [
        *(f"monitor {one}" for one in monitors),
        *(f"promise {one}" for one in promises),
        *(f"exclusion {one}" for one in exclusions),
    ]


def _subjects() -> list[str]:
    services = Service.objects.filter(is_demo=True).values_list("pk", flat=True)
    cis = CI.objects.filter(is_demo=True).values_list("pk", flat=True)
    return [*(f"service:{pk}" for pk in services), *(f"ci:{pk}" for pk in cis)]
