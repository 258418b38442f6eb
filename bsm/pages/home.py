"""Home: what needs somebody today, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

import finance.queries
from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind
from bsm.pages.standing import Standing, standings, strips
from catalog.domain.access import Action
from catalog.domain.attention import Need
from catalog.models import Service
from catalog.queries import ANYWHERE, OFFERED, SignedIn, may, services_visible_to
from sla.domain.outlook import Outlook

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers of the sentence on top."""

    services: int
    in_need: int
    at_risk: int
    unseen: int
    promises: int
    kept: int
    needs: dict[str, int]


def home(request: SignedIn) -> HttpResponse:
    """What is burning, what will burn, and who has it."""
    now = timezone.now()
    visible = services_visible_to(request.user).filter(state__in=OFFERED)
    services = list(visible.select_related("business_unit", "owner"))
    rows = standings(services, now=now)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    strip_of = strips([row.service.pk for row in page], now=now)
    month = Period.at(PeriodKind.MONTH, now, UTC)
    context = {
        "verdict": verdict(rows),
        "page": page,
        "rows": [(row, strip_of.get(row.service.pk, [])) for row in page],
        "month_name": f"{now:%B %Y}",
        "last_day": month.ends_on - timedelta(days=1),
        "may_edit": may(request.user, Action.ADD_SERVICE),
        **_money(request, services, month.interval(UTC)),
    }
    return render(request, "pages/home.html", context)


def verdict(rows: Sequence[Standing]) -> Verdict:
    """The rows, counted."""
    outlooks = Counter(row.result.outlook for row in rows if row.result)
    needs = Counter(need for row in rows for need in row.situation.needs)
    return Verdict(
        services=len(rows),
        in_need=sum(row.situation.calls_for_attention for row in rows),
        at_risk=outlooks[Outlook.AT_RISK],
        unseen=needs[Need.UNSEEN],
        promises=outlooks.total(),
        kept=outlooks[Outlook.MET] + outlooks[Outlook.ON_TRACK] + outlooks[Outlook.AT_RISK],
        needs={need.name.lower(): needs[need] for need in Need},
    )


def _money(request: SignedIn, services: Sequence[Service], month: Interval) -> dict[str, Any]:
    """What is at stake now and was lost this month; nothing for those who see no money."""
    if not may(request.user, Action.SEE_COSTS, ANYWHERE):
        return {"sees_costs": False}
    user = request.user
    ids = [service.pk for service in services if may(user, Action.SEE_COSTS, service)]
    return {
        "sees_costs": True,
        "at_risk": finance.queries.value_at_risk_now(ids),
        "lost": finance.queries.cost_of_services(ids, within=month),
    }
