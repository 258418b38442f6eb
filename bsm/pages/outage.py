"""One outage: what, when, why, which promises it counted against, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

import finance.queries
import impact.queries
import monitoring.queries
from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import Subject
from bsm.pages.outages import lasted
from catalog.domain.access import Action
from catalog.models import Service, User
from catalog.queries import SignedIn, may, services_visible_to
from impact.models import Outage
from monitoring.queries import Finding
from sla.queries.overview import counted_against


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that broke, as far as the reader may see it, and how it was found out."""

    node: Service | CI | None
    findings: list[Finding]


def outage(request: SignedIn, pk: UUID) -> HttpResponse:
    """What happened, why, and what did it do to us?"""
    now = timezone.now()
    visible = impact.queries.outages_visible_to(request.user).select_related("service__owner")
    found = get_object_or_404(visible, pk=pk)
    span = lasted(found, now=now)
    causes = causes_of(found, span, user=request.user)
    cost = finance.queries.costs_visible_to(request.user).filter(pk=found.pk).first()
    context = {
        "outage": found,
        "service": found.service,
        "lasted": span.duration,
        "causes": causes,
        "not_before": _last_seen_well(causes),
        "counted": counted_against(found, now=now),
        "sees_costs": may(request.user, Action.SEE_COSTS, found.service),
        "may_edit": may(request.user, Action.EDIT_COSTS, found.service),
        "cost": cost,
        "priced": cost.priced_until - found.started_at if cost else None,
    }
    return render(request, "pages/outage.html", context)


def causes_of(outage: Outage, span: Interval, *, user: User) -> list[Cause]:
    """What broke, each with the monitors that found it down.

    A cause that the reader may not see is kept without its name: that something hidden broke
    is no secret, what it is may be one.
    """
    ids = outage.causes or [outage.service_id]
    services = services_visible_to(user).in_bulk(ids)
    cis = cis_visible_to(user).in_bulk(ids)
    subjects = [Subject.service(id) for id in services] + [Subject.ci(id) for id in cis]
    found: dict[UUID, list[Finding]] = {}
    for finding in monitoring.queries.findings_of(subjects, span):
        monitor = finding.monitor
        watched = Subject.of(service_id=monitor.service_id, ci_id=monitor.ci_id)
        found.setdefault(watched.id, []).append(finding)
    return [Cause(services.get(id) or cis.get(id), found.get(id, [])) for id in ids]


def _last_seen_well(causes: list[Cause]) -> datetime | None:
    """The outage began after this check: the newest that still found all well."""
    seen = [
        finding.spell.last_contrary_at
        for cause in causes
        for finding in cause.findings
        if finding.spell.last_contrary_at is not None
    ]
    return min(seen, default=None)
