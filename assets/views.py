"""Forms about configuration items. The pages that show them span apps: `bsm/pages/cis.py`."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assets import commands
from assets.forms import CIForm, RelationshipForm
from assets.models import CI, Relationship, RelationshipKind
from assets.queries import cis_visible_to
from bsm.web.forms import show_errors, status_of
from catalog.domain.access import Action
from catalog.queries import SignedIn, require


def ci_new(request: SignedIn) -> HttpResponse:
    """Record an item that services run on."""
    require(request.user, Action.EDIT_ASSETS)
    form = CIForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ci = commands.create_ci(**form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{ci.name} recorded.")
            return redirect(ci)
    return _form_page(request, form, None)


def ci_edit(request: SignedIn, pk: str) -> HttpResponse:
    """Change what is recorded about an item."""
    ci = get_object_or_404(cis_visible_to(request.user), pk=pk)
    require(request.user, Action.EDIT_ASSETS)
    form = CIForm(request.POST or None, instance=ci)
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data["version"] or 0
        try:
            ci = commands.update_ci(ci, expected_version=expected, **form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{ci.name} saved.")
            return redirect(ci)
    return _form_page(request, form, get_object_or_404(CI, pk=pk))


def relationship_new(request: SignedIn, pk: str) -> HttpResponse:
    """State how an item hangs together with another one, from now on."""
    ci = get_object_or_404(cis_visible_to(request.user), pk=pk)
    require(request.user, Action.EDIT_ASSETS)
    form = RelationshipForm(request.POST or None, source=ci)
    if request.method == "POST" and form.is_valid():
        kind = RelationshipKind(form.cleaned_data["kind"])
        target = form.cleaned_data["target"]
        try:
            commands.relate(ci, kind, target, since=timezone.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{ci.name} {kind.label} {target.name}.")
            return redirect(ci)
    context = {"form": form, "ci": ci}
    return render(request, "assets/relationship_form.html", context, status=status_of(form))


def relationship_end(request: SignedIn, pk: int) -> HttpResponse:
    """Say that a relation no longer holds; what was, stays on record."""
    visible = cis_visible_to(request.user)
    current = Relationship.objects.filter(source__in=visible, valid__upper_inf=True)
    relationship = get_object_or_404(current.select_related("source", "target"), pk=pk)
    require(request.user, Action.EDIT_ASSETS)
    if request.method == "POST":
        commands.end_relationship(relationship, at=timezone.now())
        messages.success(request, "The relation was ended.")
        return redirect(relationship.source)
    return render(request, "assets/relationship_end.html", {"relationship": relationship})


def _form_page(request: SignedIn, form: CIForm, ci: CI | None) -> HttpResponse:
    context = {"form": form, "ci": ci}
    return render(request, "assets/ci_form.html", context, status=status_of(form))
