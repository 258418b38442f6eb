"""Every component in every state, with sample figures: what pages are put together from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bsm.kernel.checks import Answer
from bsm.web.charts import Band, Chart, Series, Words, bar, line

KINDS = ("ok", "warn", "crit", "maint", "unknown")
STATES = ("up", "degraded", "down", "maintenance", "unknown", "at_risk", "on_track", "paused")
VERDICTS = ("MET", "BREACHED", "UNDECIDED", "INSUFFICIENT_DATA", None)
TOKENS = (
    *("canvas", "surface", "sunken", "border", "control", "text", "text-2", "text-3", "accent"),
    *(f"mark-{kind}" for kind in KINDS),
    *(f"soft-{kind}" for kind in KINDS),
    *(f"series-{n}" for n in range(1, 7)),
    *(f"heat-{n}" for n in range(1, 6)),
)
NOW = datetime(2026, 11, 24, 15, 3, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each sort; the styleguide shows it empty and refused."""

    name = forms.CharField(help_text="What people call it, for example Web shop.")
    target = forms.DecimalField(label="Promised availability in percent", max_value=100)
    kind = forms.ChoiceField(
        choices=[("website", "Website"), ("tcp", "TCP port")], required=False
    )
    note = forms.CharField(widget=forms.Textarea, required=False)
    is_public = forms.BooleanField(label="Show it to everybody", required=False)


def styleguide(request: HttpRequest) -> HttpResponse:
    typed = {"wrong-target": "101", "wrong-note": "Kept as it was typed."}
    wrong = SampleForm(typed, prefix="wrong")
    page = Paginator(range(318), 25).page(2)
    return render(
        request,
        "styleguide.html",
        {
            "kinds": KINDS,
            "states": STATES,
            "verdicts": VERDICTS,
            "tokens": TOKENS,
            "now": NOW,
            "rows": _rows(),
            "wrong": wrong,
            "form": SampleForm(),
            "page": page,
            "facts": _facts(),
            "tabs": [
                {"label": "Overview", "url": "#overview", "current": True},
                {"label": "Promises", "url": "#promises", "current": False},
                {"label": "Health", "url": "#health", "current": False},
                {"label": "Map", "url": "#map", "current": False},
            ],
            "crumbs": [{"label": "Catalog", "url": "/services/"}],
            "answers": [
                Answer("It has an owner", passed=True),
                Answer("It is measured", passed=False, remedy="Add a monitor."),
            ],
            "filters": _filters(),
            "pieces": _pieces(),
            "day_start": NOW - timedelta(days=1),
            "promises_trend": [34, 35, 35, 36, None, 36, 37, 36, 38],
            "value": Decimal("99.2149"),
            "loss": Decimal(42_600),
            "charts": [_response_times(), _months()],
            "map": _map(),
        },
    )


def _days(bad: dict[int, str], kind: str = "ok") -> list[dict[str, str]]:
    days = []
    for n in range(60):
        on = (NOW - timedelta(days=59 - n)).date()
        is_kind = bad.get(n, kind)
        days.append({"day": on.isoformat(), "kind": is_kind, "title": f"{on}: {is_kind}"})
    return days


def _rows() -> list[dict[str, Any]]:
    sample: list[tuple[str, str, str, str | None, str, str | None, list[dict[str, str]]]] = [
        (
            "Claims portal",
            "Insurance",
            "breached",
            "99.2149",
            "99.5",
            "157",
            _days({11: "warn", 30: "crit", 31: "warn", 55: "crit"}),
        ),
        (
            "Card payments",
            "Payments",
            "at_risk",
            "99.9125",
            "99.9",
            "88",
            _days({3: "warn", 40: "crit"}),
        ),
        (
            "Data warehouse",
            "Group finance",
            "maintenance",
            "99.98",
            "99.5",
            "4",
            _days({50: "maint", 59: "maint"}),
        ),
        ("Online banking", "Retail", "up", "99.97199", "99.9", "29", _days({19: "warn"})),
        ("HR self service", "People", "up", "100", "99", "0", _days({})),
        ("Document archive", "Legal", "unknown", None, "99", None, _days({}, "unknown")),
    ]
    return [
        {
            "name": name,
            "unit": unit,
            "state": state,
            "value": None if value is None else Decimal(value),
            "target": Decimal(target),
            "used": None if used is None else Decimal(used),
            "days": days,
            "owner": None,
        }
        for name, unit, state, value, target, used, days in sample
    ]


def _facts() -> list[dict[str, str]]:
    return [
        {"label": "Down", "value": "5 h 50 min", "note": "3 h 43 min were allowed"},
        {"label": "Service hours", "value": "Mon to Fri, 08:00 to 18:00", "note": "Berlin"},
        {"label": "State", "value": "Degraded", "kind": "warn"},
        {"label": "Agreement", "value": "Retail 2026", "url": "#agreement"},
    ]


def _filters() -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": "Search", "value": "", "choices": []},
        {
            "name": "state",
            "label": "State",
            "value": "live",
            "choices": [("live", "Live"), ("pilot", "Pilot")],
        },
    ]


def _pieces() -> list[tuple[datetime, datetime, str, str]]:
    def at(hour: float) -> datetime:
        return NOW - timedelta(hours=24 - hour)

    return [
        (at(0), at(9), "ok", ""),
        (at(9), at(9.4), "crit", "Outage, 24 min"),
        (at(9.4), at(16), "ok", ""),
        (at(16), at(17.5), "warn", "Degraded, 1 h 30 min"),
        (at(17.5), at(20), "unknown", "No data, 2 h 30 min"),
        (at(20), at(24), "ok", ""),
    ]


def _response_times() -> Chart:
    moments = [NOW - timedelta(minutes=15 * (96 - n)) for n in range(96)]
    median: list[float | None] = [210 + 40 * ((n * 7) % 5) / 5 for n in range(96)]
    slowest: list[float | None] = [290 + 90 * ((n * 11) % 7) / 7 for n in range(96)]
    for n in range(70, 80):
        median[n] = slowest[n] = None
    words = Words(
        id="sample-response",
        finding="Half of the answers took less than 250 ms; one outage at 09:00.",
        label="Response time of the web shop, last 24 hours",
        unit=" ms",
    )
    return line(
        words,
        moments,
        [Series("Median", median), Series("Slowest 5 %", slowest)],
        target=400,
        bands=[
            Band(moments[36], moments[38], "crit", "Outage"),
            Band(moments[69], moments[80], "unknown", "No data"),
        ],
    )


def _months() -> Chart:
    months = ["Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026"]
    words = Words(
        id="sample-months",
        finding="October used more than was allowed; November does not so far.",
        label="Downtime per month",
        x="Month",
        unit=" min",
    )
    colours = ["mark-ok", "mark-ok", "mark-ok", "mark-warn", "mark-crit", "mark-ok"]
    values = [12, 0, 31, 190, 350, 64]
    return bar(words, months, [Series("Down", values)], target=223, colours=colours)


def _map() -> dict[str, Any]:
    nodes = [
        ("shop", "Web shop", "service", "warn", "Degraded", "Service"),
        ("app", "Shop application", "ci", "ok", "Operational", "Application"),
        ("db-1", "Orders database 1", "ci", "crit", "Outage", "Database"),
        ("db-2", "Orders database 2", "ci", "ok", "Operational", "Database"),
        ("net", "Core network", "ci", "unknown", "No data", "Network device"),
    ]
    names = {key: label for key, label, *_ in nodes}
    edges = [
        ("shop", "app", "needs", "worst"),
        ("app", "db-1", "one of them is enough", "best"),
        ("app", "db-2", "one of them is enough", "best"),
        ("db-1", "net", "needs", "worst"),
        ("db-2", "net", "needs", "worst"),
    ]
    return {
        "id": "sample-map",
        "label": "What the web shop depends on",
        "nodes": [
            {
                "id": key,
                "label": label,
                "kind": kind,
                "status": status,
                "word": word,
                "sort": sort,
                "url": "#map",
            }
            for key, label, kind, status, word, sort in nodes
        ],
        "edges": [
            {
                "source": above,
                "target": below,
                "source_label": names[above],
                "target_label": names[below],
                "label": how,
                "mode": mode,
            }
            for above, below, how, mode in edges
        ],
    }
