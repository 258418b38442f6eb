"""The assets: what services run on, with what monitoring and the map know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

import impact.queries
import monitoring.queries
from assets.filters import CIFilter
from assets.models import CI
from assets.queries import cis_visible_to, relationships_of
from bsm.kernel import words
from bsm.kernel.subjects import NodeKind, Subject
from bsm.web.forms import page_of
from catalog.domain.access import Action
from catalog.queries import SignedIn, may, services_visible_to
from impact.models import Dependency
from impact.queries import Entry


def cis(request: SignedIn) -> HttpResponse:
    """Everything that services run on, narrowed by the address."""
    filters = CIFilter(request.GET)
    visible = cis_visible_to(request.user).select_related("owner")
    page = page_of(request, filters.narrowed(visible))
    entries = impact.queries.entries_of(Subject.ci(ci.pk) for ci in page)
    labels = {entry.subject.id: entry.label for entry in entries}
    context = {
        "form": filters,
        "page": page,
        "rows": [{"ci": ci, "label": labels.get(ci.pk)} for ci in page],
        "is_new": page.paginator.count == 0 and not filters.narrows,
        "may_edit": may(request.user, Action.EDIT_ASSETS),
    }
    return render(request, "assets/cis.html", context)


def ci(request: SignedIn, pk: str) -> HttpResponse:
    """What is it, how is it, and what would stop without it?"""
    ci = get_object_or_404(cis_visible_to(request.user).select_related("owner"), pk=pk)
    subject = Subject.ci(ci.pk)
    relationships = list(relationships_of(ci))
    monitors = monitoring.queries.monitors_visible_to(request.user).filter(ci=ci)
    context = {
        "ci": ci,
        "label": next((e.label for e in impact.queries.entries_of([subject])), None),
        "crumbs": [{"label": "Assets", "url": reverse("assets:cis")}],
        "facts": _facts(ci),
        "monitors": list(monitors.select_related("head").order_by("name")),
        "needs": _needs(request, ci),
        "dependants": _rows(request, impact.queries.dependants_of(subject)),
        "outgoing": [r for r in relationships if r.source_id == ci.pk],
        "incoming": [r for r in relationships if r.target_id == ci.pk],
        "may_edit": may(request.user, Action.EDIT_ASSETS),
    }
    return render(request, "assets/ci.html", context)


def _facts(ci: CI) -> list[dict[str, str]]:
    owner = {"label": "Owner", "value": ci.owner.label if ci.owner else "No owner"}
    return [
        {"label": "Type", "value": ci.get_type_display()},
        {"label": "Environment", "value": ci.get_environment_display()},
        owner if ci.owner else owner | {"kind": "warn"},
        {"label": "On record since", "value": words.day(ci.created_at)},
    ]


def _needs(request: SignedIn, ci: CI) -> list[dict[str, Any]]:
    """What it needs directly, each with the way to say that it no longer does."""
    edges: dict[Subject, Dependency] = {
        Subject.of(service_id=edge.child_service_id, ci_id=edge.child_ci_id): edge
        for edge in impact.queries.dependencies_visible_to(request.user).filter(parent_ci=ci)
    }
    rows = _rows(request, impact.queries.entries_of(edges))
    for row in rows:
        edge = edges[row["subject"]]
        row["remove_url"] = reverse("impact:dependency-delete", args=[edge.pk])
    return rows


def _rows(request: SignedIn, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The nodes as rows, without the services that the reader may not see."""
    shown = list(entries)
    services = [e.subject.id for e in shown if e.subject.kind is NodeKind.SERVICE]
    visible = set(
        services_visible_to(request.user).filter(pk__in=services).values_list("pk", flat=True)
    )
    return [
        {
            "subject": entry.subject,
            "name": entry.name,
            "url": entry.url,
            "kind": entry.kind,
            "label": entry.label,
        }
        for entry in shown
        if entry.subject.kind is NodeKind.CI or entry.subject.id in visible
    ]
