"""Pages of the monitors: what we see, and the forms that say what to look at."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from bsm.kernel.intervals import Interval
from bsm.web.forms import page_of, show_errors, status_of
from catalog.domain.access import Action
from catalog.queries import ANYWHERE, SignedIn, may, require
from monitoring import charts, commands, explain, queries
from monitoring.domain.presets import FIRST, PRESETS
from monitoring.filters import MonitorFilter
from monitoring.forms import HistoryImportForm, MonitorForm
from monitoring.models import HistoryImport, Monitor

LAST_INCIDENTS = 10
LAST_RESULTS = 20
FIRST_SPAN = "24h"
SPANS = {
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}


def monitors(request: SignedIn) -> HttpResponse:
    """Everything that is watched, narrowed by the address."""
    filters = MonitorFilter(request.GET)
    found = filters.narrowed(queries.monitors_visible_to(request.user))
    found = queries.with_last_check(found.select_related("service", "ci", "head"))
    page = page_of(request, found.order_by("name"))
    context = {
        "form": filters,
        "page": page,
        "is_new": page.paginator.count == 0 and not filters.narrows,
        "may_edit": may(request.user, Action.EDIT_MONITORS, ANYWHERE),
        "may_import": may(request.user, Action.IMPORT_HISTORY),
    }
    return render(request, "monitoring/monitors.html", context)


def monitor(request: SignedIn, pk: str) -> HttpResponse:
    """One monitor: how it was, how fast it answered, what the last checks found."""
    monitor = _visible(request, pk)
    now = timezone.now()
    name = request.GET.get("span", "")
    name = name if name in SPANS else FIRST_SPAN
    within = Interval(now - SPANS[name][1], now)
    intervals = queries.believed_intervals(monitor, within)
    context = {
        "monitor": monitor,
        "crumbs": [{"label": "Monitors", "url": reverse("monitoring:monitors")}],
        "facts": explain.facts(monitor),
        "tabs": [
            {"label": span_label, "url": f"?span={key}", "current": key == name}
            for key, (span_label, _) in SPANS.items()
        ],
        "within": within,
        "timeline": charts.timeline(intervals, within),
        "intervals": intervals[::-1],
        "chart": charts.response_times(
            queries.response_times(monitor, within), intervals, within
        ),
        "results": queries.recent_results(monitor, limit=LAST_RESULTS),
        "incidents": monitor.incidents.order_by("-started_at")[:LAST_INCIDENTS],
        "may_edit": may(request.user, Action.EDIT_MONITORS, monitor.service),
    }
    return render(request, "monitoring/monitor.html", context)


def monitor_new(request: SignedIn) -> HttpResponse:
    """Say what to watch, starting from a preset."""
    require(request.user, Action.EDIT_MONITORS, ANYWHERE)
    name = request.GET.get("preset", "")
    name = name if name in PRESETS else FIRST
    preset = PRESETS[name]
    asked = {name: request.GET[name] for name in ("service", "ci") if name in request.GET}
    form = MonitorForm(
        request.POST or None,
        user=request.user,
        kind=preset.kind,
        initial={**preset.initial, **asked},
    )
    if request.method == "POST" and form.is_valid():
        require(request.user, Action.EDIT_MONITORS, form.values["service"])
        try:
            monitor = commands.create_monitor(**form.values, now=timezone.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{monitor.name} is being watched.")
            return redirect(monitor)
    tabs = [
        {"label": one.label, "url": f"?preset={key}", "current": key == name}
        for key, one in PRESETS.items()
    ]
    context = {"form": form, "monitor": None, "tabs": tabs}
    return render(request, "monitoring/monitor_form.html", context, status=status_of(form))


def monitor_edit(request: SignedIn, pk: str) -> HttpResponse:
    """Change what a monitor asks, or how often."""
    monitor = _visible(request, pk)
    require(request.user, Action.EDIT_MONITORS, monitor.service)
    form = MonitorForm(request.POST or None, user=request.user, instance=monitor)
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data["version"] or 0
        try:
            saved = commands.update_monitor(
                monitor, now=timezone.now(), expected_version=expected, **form.values
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{saved.name} saved.")
            return redirect(saved)
    context = {"form": form, "monitor": monitor}
    return render(request, "monitoring/monitor_form.html", context, status=status_of(form))


def monitor_pause(request: SignedIn, pk: str) -> HttpResponse:
    """Stop watching for a while, or go on; the page before asks whether it is meant."""
    monitor = _visible(request, pk)
    require(request.user, Action.EDIT_MONITORS, monitor.service)
    if request.method == "POST" and request.POST.get("act") == "resume":
        commands.resume_monitor(monitor, now=timezone.now())
        messages.success(request, f"{monitor.name} is being watched again.")
        return redirect(monitor)
    if request.method == "POST":
        commands.pause_monitor(monitor, now=timezone.now())
        messages.success(request, f"{monitor.name} is paused.")
        return redirect(monitor)
    return render(request, "monitoring/monitor_pause.html", {"monitor": monitor})


def history_import(request: SignedIn) -> HttpResponse:
    """Upload a file of check history; nothing changes before its plan was looked at."""
    require(request.user, Action.IMPORT_HISTORY)
    form = HistoryImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            planned = commands.plan_history(
                form.cleaned_data["text"],
                file_name=form.cleaned_data["file_name"],
                until=form.cleaned_data["until"],
                actor=request.user,
                now=timezone.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return redirect("monitoring:import-plan", planned.pk)
    return render(
        request, "monitoring/history_import.html", {"form": form}, status=status_of(form)
    )


def history_plan(request: SignedIn, pk: str) -> HttpResponse:
    """What an uploaded file would change, per monitor and per bad row; then do it."""
    require(request.user, Action.IMPORT_HISTORY)
    planned = get_object_or_404(HistoryImport, pk=pk)
    if request.method == "POST":
        summary = commands.apply_history(planned, now=timezone.now())
        messages.success(
            request, f"{planned.file_name}: {summary['new_rows']:,} checks imported."
        )
        return redirect("monitoring:import-plan", planned.pk)
    plan = planned.plan
    context = {
        "planned": planned,
        "monitors": plan["monitors"],
        "errors": plan["errors"],
        "new_rows": sum(row["new_rows"] for row in plan["monitors"]),
        "same_rows": sum(row["same_rows"] for row in plan["monitors"]),
    }
    return render(request, "monitoring/history_plan.html", context)


def _visible(request: SignedIn, pk: str) -> Monitor:
    visible = queries.monitors_visible_to(request.user)
    return get_object_or_404(visible.select_related("service", "ci", "head"), pk=pk)
