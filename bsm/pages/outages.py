"""Every outage of the services one may see, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

import finance.queries
import impact.queries
from bsm.kernel.intervals import Interval
from bsm.web.forms import page_of
from catalog.domain.access import Action
from catalog.models import User
from catalog.queries import ANYWHERE, SignedIn, may
from finance.models import DowntimeCost
from impact.models import Outage

SHOWN = {"all": "All", "open": "Open now"}

Row = tuple[Outage, timedelta, DowntimeCost | None]


def outages(request: SignedIn) -> HttpResponse:
    """What went wrong, when, for how long, and what did it cost?"""
    shown = request.GET.get("show", "all")
    shown = shown if shown in SHOWN else "all"
    found = impact.queries.outages_visible_to(request.user).select_related("service")
    if shown == "open":
        found = found.filter(ended_at__isnull=True)
    page = page_of(request, found.order_by("-started_at", "pk"))
    sees_costs = may(request.user, Action.SEE_COSTS, ANYWHERE)
    address = reverse("outages")
    context = {
        "page": page,
        "rows": outage_rows(
            list(page), costs_for=request.user if sees_costs else None, now=timezone.now()
        ),
        "shown": shown,
        "tabs": [
            {"label": label, "url": f"{address}?show={name}", "current": name == shown}
            for name, label in SHOWN.items()
        ],
        "sees_costs": sees_costs,
    }
    return render(request, "pages/outages.html", context)


def outage_rows(
    outages: Sequence[Outage], *, costs_for: User | None, now: datetime
) -> list[Row]:
    """Each outage with how long it lasted, so far if it still does, and what it cost.

    Costs are those that the user may see; without a user there are none.
    """
    ids = [outage.pk for outage in outages]
    costs = finance.queries.cost_of(ids, user=costs_for) if costs_for else {}
    return [
        (outage, lasted(outage, now=now).duration, costs.get(outage.pk)) for outage in outages
    ]


def lasted(outage: Outage, *, now: datetime) -> Interval:
    """The time it took, until now if it is not over."""
    return Interval(outage.started_at, outage.ended_at or max(now, outage.started_at))
