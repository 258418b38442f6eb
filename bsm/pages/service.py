"""One service: how it is, what was promised for it, how it was, and what it stands on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

import finance.queries
import impact.charts
import impact.queries
import monitoring.queries
from bsm.kernel import words
from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import NodeKind, Subject
from bsm.pages import charts
from bsm.pages.outages import outage_rows
from bsm.pages.standing import standings, strips
from bsm.web.charts import Chart
from bsm.web.status import look
from catalog.domain.access import Action
from catalog.models import Service, User
from catalog.queries import SignedIn, may, services_visible_to
from impact.queries import ServiceMap
from sla.charts import history
from sla.models import Commitment, PeriodResult
from sla.queries.overview import histories_of, results_now

LAST_OUTAGES = 5
HISTORY_PERIODS = 13
DRAWN_MONITORS = 6
TABS = {
    "service": "Overview",
    "service-promises": "Promises",
    "service-health": "Health",
    "service-map": "Map",
}


class Span(NamedTuple):
    """How far back the health of a service is shown."""

    label: str
    length: timedelta


SPANS = {
    "24h": Span("24 hours", timedelta(hours=24)),
    "7d": Span("7 days", timedelta(days=7)),
    "30d": Span("30 days", timedelta(days=30)),
}


def service(request: SignedIn, slug: str) -> HttpResponse:
    """Can I trust this service, and whom do I call?"""
    now = timezone.now()
    frame = _frame(request, slug, "service", now)
    found: Service = frame["service"]
    sees_costs = may(request.user, Action.SEE_COSTS, found)
    outages = impact.queries.outages_visible_to(request.user).filter(service=found)
    rows = outage_rows(
        list(outages.order_by("-started_at")[:LAST_OUTAGES]),
        costs_for=request.user if sees_costs else None,
        now=now,
    )
    context = {
        **frame,
        "promises": results_now([found.pk], now=now).get(found.pk, []),
        "days": strips([found.pk], now=now).get(found.pk, []),
        "open_outage": next((row[0] for row in rows if row[0].ended_at is None), None),
        "outages": rows,
        "sees_costs": sees_costs,
        "facts": _facts(found, with_costs=sees_costs),
        "may_value": may(request.user, Action.EDIT_COSTS, found),
    }
    return render(request, "pages/service.html", context)


def promises(request: SignedIn, slug: str) -> HttpResponse:
    """What was promised, and was it kept?"""
    now = timezone.now()
    frame = _frame(request, slug, "service-promises", now)
    histories = histories_of(frame["service"], periods=HISTORY_PERIODS)
    context = {
        **frame,
        "promises": [
            {
                "commitment": commitment,
                "results": [(r.period.name, r) for r in reversed(results)],
                "newest": results[-1] if results else None,
                "facts": _result_facts(results[-1]) if results else [],
                "chart": _history(commitment, results),
            }
            for commitment, results in histories
        ],
    }
    return render(request, "pages/service_promises.html", context)


def health(request: SignedIn, slug: str) -> HttpResponse:
    """How did it run, and what did the checks see?"""
    now = timezone.now()
    name = request.GET.get("span", "")
    name = name if name in SPANS else "24h"
    within = Interval(now - SPANS[name].length, now)
    frame = _frame(request, slug, "service-health", now)
    found: Service = frame["service"]
    outages = impact.queries.outages_of([found.pk], within, now)[found.pk]
    visible = monitoring.queries.monitors_visible_to(request.user).filter(service=found)
    monitors = list(visible.select_related("head").order_by("name"))
    context = {
        **frame,
        "spans": [
            {"label": span.label, "url": f"?span={key}", "current": key == name}
            for key, span in SPANS.items()
        ],
        "within": within,
        "timeline": _timeline(found, within),
        "monitors": monitors,
        "charts": [
            charts.response_times(
                monitor,
                monitoring.queries.response_times(monitor, within),
                outages=[outage.interval for outage in outages],
            )
            for monitor in monitors[:DRAWN_MONITORS]
        ],
    }
    return render(request, "pages/service_health.html", context)


def service_map(request: SignedIn, slug: str) -> HttpResponse:
    """What does it stand on, and which part pulls it down?"""
    frame = _frame(request, slug, "service-map", timezone.now())
    below = _visible_part(impact.queries.map_below(frame["service"]), user=request.user)
    context = {**frame, "map": impact.charts.service_map(below)}
    return render(request, "pages/service_map.html", context)


def _visible_part(below: ServiceMap, *, user: User) -> ServiceMap:
    """Without the services that the reader may not see, and what hangs on those alone."""
    services = [e.subject.id for e in below.entries if e.subject.kind is NodeKind.SERVICE]
    visible = set(
        services_visible_to(user).filter(pk__in=services).values_list("pk", flat=True)
    )
    hidden = {Subject.service(id) for id in services if id not in visible}
    reached = {below.entries[0].subject}
    # Links come in no order of depth, so one pass may not reach the bottom.
    while (
        new := {link.child for link in below.links if link.parent in reached} - hidden - reached
    ):
        reached |= new
    return ServiceMap(
        entries=[entry for entry in below.entries if entry.subject in reached],
        links=[link for link in below.links if {link.parent, link.child} <= reached],
    )


def _frame(request: SignedIn, slug: str, tab: str, now: datetime) -> dict[str, Any]:
    """What every tab shows on top. A service that the reader may not see is not there."""
    visible = services_visible_to(request.user).select_related("business_unit", "owner")
    found = get_object_or_404(visible, slug=slug)
    return {
        "service": found,
        "standing": standings([found], now=now)[0],
        "tabs": [
            {"label": label, "url": reverse(name, args=[found.slug]), "current": name == tab}
            for name, label in TABS.items()
        ],
        "may_edit": may(request.user, Action.EDIT_SERVICE, found),
        "may_watch": may(request.user, Action.EDIT_MONITORS, found),
        "may_map": may(request.user, Action.EDIT_MAP, found),
        "may_promise": may(request.user, Action.EDIT_PROMISES, found),
    }


def _facts(service: Service, *, with_costs: bool) -> list[dict[str, str]]:
    facts = [
        {"label": "Lifecycle state", "value": service.get_state_display()},
        {"label": "Criticality", "value": service.get_criticality_display()},
        {
            "label": "Business unit",
            "value": str(service.business_unit or "None"),
        },
    ]
    if with_costs:
        value = finance.queries.value_of(service)
        shown = words.money(value.hourly_loss, value.currency) if value else "Not valued"
        facts.append({"label": "Value of an hour", "value": shown})
    return facts


def _timeline(service: Service, within: Interval) -> list[tuple[datetime, datetime, str, str]]:
    pieces = []
    for span, label in impact.queries.states_of(service, within):
        shown = look(label)
        title = f"{shown.word}, {words.duration(span.duration)} from {words.when(span.start)}"
        pieces.append((span.start, span.end, shown.kind, title))
    return pieces


def _history(commitment: Commitment, results: list[PeriodResult]) -> Chart | None:
    """A page may draw several promises, so each chart gets an id of its own."""
    drawn = history(results)
    return drawn and replace(drawn, id=f"history-{commitment.pk}")


def _result_facts(result: PeriodResult) -> list[dict[str, str]]:
    """The running period so far, by what its time was."""
    always = {
        "Time that counts": result.base_seconds,
        "Up": result.up,
        "Impaired": result.impaired,
    }
    perhaps = {
        "Not measured": result.unknown,
        "Excluded": result.excluded,
        "Outside service hours": result.out_of_hours,
    }
    facts = always | {label: seconds for label, seconds in perhaps.items() if seconds}
    told = [
        {"label": label, "value": words.duration(seconds)} for label, seconds in facts.items()
    ]
    left = result.budget_left_milli
    if left is not None:
        value = words.duration(timedelta(milliseconds=left))
        told.insert(0, {"label": "Downtime still allowed", "value": value})
    return told
