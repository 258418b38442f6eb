"""Pages of the promises: agreements, their versions, and each result down to its days."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from bsm.web.forms import page_of, show_errors, status_of
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import ANYWHERE, SignedIn, may, require
from sla import charts, commands, explain, queries
from sla.filters import PromiseFilter
from sla.forms import AgreementForm, CalendarForm, VersionForm
from sla.models import Agreement, AgreementVersion, Commitment


def agreements(request: SignedIn) -> HttpResponse:
    """Every promise in force, and how it stands."""
    filters = PromiseFilter(request.GET)
    visible = queries.promises_visible_to(request.user, now=timezone.now())
    page = page_of(request, filters.narrowed(visible))
    newest = queries.newest_results(list(page))
    context = {
        "form": filters,
        "page": page,
        "rows": [{"promise": promise, "result": newest.get(promise.pk)} for promise in page],
        "is_new": page.paginator.count == 0 and not filters.narrows,
        "may_edit": may(request.user, Action.EDIT_PROMISES, ANYWHERE),
    }
    return render(request, "sla/agreements.html", context)


def agreement(request: SignedIn, pk: str) -> HttpResponse:
    """What was promised in one agreement, service by service, and what it came to."""
    agreement = _visible(request, pk)
    services = queries.promised_services(agreement, request.user)
    service = _chosen(services, request.GET.get("service", ""))
    versions = queries.versions_of(agreement, services)
    history = queries.history_of(agreement, service) if service else []
    latest = history[0] if history else None
    promise = _standing(versions, service)
    context = {
        "agreement": agreement,
        "crumbs": [_crumb("Promises", "sla:agreements")],
        "facts": explain.agreement_facts(agreement),
        "tabs": [
            {"label": s.name, "url": f"?service={s.slug}", "current": s == service}
            for s in services
        ],
        "service": service,
        "versions": versions,
        "latest": latest,
        "latest_facts": explain.result_facts(latest) if latest else [],
        "history": history,
        "chart": charts.history(history[::-1]),
        "rules": explain.rules(promise, agreement) if promise else [],
        "may_edit": queries.may_change(agreement, request.user),
    }
    return render(request, "sla/agreement.html", context)


def agreement_new(request: SignedIn) -> HttpResponse:
    """Make a promise: the agreement, its first version and what it says, in one go."""
    require(request.user, Action.EDIT_PROMISES, ANYWHERE)
    asked = {"service": request.GET.get("service"), "effective_from": timezone.now().date()}
    form = AgreementForm(request.POST or None, user=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            agreement = commands.create_agreement(**form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{agreement.name}: promised.")
            return redirect(agreement)
    return render(request, "sla/agreement_form.html", {"form": form}, status=status_of(form))


def version_new(request: SignedIn, pk: str) -> HttpResponse:
    """Promise something else from a day on; what was promised before stays on record."""
    agreement = _visible(request, pk)
    if not queries.may_change(agreement, request.user):
        raise PermissionDenied
    form = VersionForm(request.POST or None, user=request.user, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        try:
            version = commands.add_version(agreement, **form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{version} added.")
            return redirect(agreement)
    context = {"form": form, "agreement": agreement}
    return render(request, "sla/version_form.html", context, status=status_of(form))


def result(request: SignedIn, pk: int) -> HttpResponse:
    """Where one figure comes from: the calculation, its days, outages, exclusions and gaps."""
    result = get_object_or_404(queries.results_visible_to(request.user), pk=pk)
    promise = result.commitment
    agreement = promise.version.agreement
    context = {
        "result": result,
        "agreement": agreement,
        "service": promise.service,
        "zone": agreement.timezone,
        "crumbs": [
            _crumb("Promises", "sla:agreements"),
            {"label": agreement.name, "url": agreement.get_absolute_url()},
        ],
        "steps": explain.steps(result),
        "rules": explain.rules(promise, agreement),
        "days": queries.days_of(result),
        **explain.inputs(result, now=timezone.now()),
    }
    return render(request, "sla/result.html", context)


def result_csv(request: SignedIn, pk: int) -> HttpResponse:
    """The days of a result as rows; their sums give the printed figures again."""
    result = get_object_or_404(queries.results_visible_to(request.user), pk=pk)
    name = f"{result.commitment.service.slug}-{result.period}.csv"
    return HttpResponse(
        explain.as_csv(queries.days_of(result)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def calendars(request: SignedIn) -> HttpResponse:
    """When services are promised to be there."""
    today = timezone.now().date()
    context = {
        "calendars": [explain.calendar_row(c, today=today) for c in queries.calendars()],
        "crumbs": [_crumb("Promises", "sla:agreements")],
        "may_edit": may(request.user, Action.EDIT_CALENDARS),
    }
    return render(request, "sla/calendars.html", context)


def calendar_new(request: SignedIn) -> HttpResponse:
    """Say on which days, from when until when."""
    require(request.user, Action.EDIT_CALENDARS)
    form = CalendarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            calendar = commands.create_calendar(**form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{calendar.name} saved.")
            return redirect("sla:calendars")
    return render(request, "sla/calendar_form.html", {"form": form}, status=status_of(form))


def _visible(request: SignedIn, pk: str) -> Agreement:
    visible = queries.agreements_visible_to(request.user).select_related("customer", "owner")
    return get_object_or_404(visible, pk=pk)


def _chosen(services: list[Service], slug: str) -> Service | None:
    """The service of the address, else the first one."""
    return next((s for s in services if s.slug == slug), services[0] if services else None)


def _standing(versions: list[AgreementVersion], service: Service | None) -> Commitment | None:
    """The newest promise about the service."""
    promised: list[Any] = [p for version in versions for p in version.promised]  # type: ignore[attr-defined]
    return next((p for p in promised if p.service == service), None)


def _crumb(label: str, route: str) -> dict[str, str]:
    return {"label": label, "url": reverse(route)}
