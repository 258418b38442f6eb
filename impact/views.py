"""Forms about the edges of the map: what needs what. The map itself is on a service's page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.subjects import NodeKind, Subject
from bsm.web.forms import show_errors, status_of
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import SignedIn, require, services_visible_to
from impact import commands
from impact.forms import DependencyForm
from impact.models import Dependency


def dependency_new(request: SignedIn) -> HttpResponse:
    """Say what a service or a CI needs in order to work."""
    parent = _visible(request, request.GET.get("parent", ""))
    _require_editor(request, parent)
    form = DependencyForm(request.POST or None, parent=parent, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            dependency = commands.add_dependency(
                parent=parent, **form.values, now=timezone.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{dependency}.")
            return redirect(parent)
    context = {"form": form, "parent": parent}
    return render(request, "impact/dependency_form.html", context, status=status_of(form))


def dependency_delete(request: SignedIn, pk: str) -> HttpResponse:
    """Take an edge off the map; the page before says what that means."""
    related = Dependency.objects.select_related(
        "parent_service", "parent_ci", "child_service", "child_ci"
    )
    dependency = get_object_or_404(related, pk=pk)
    parent = _visible(request, _parent_of(dependency))
    _require_editor(request, parent)
    if request.method == "POST":
        told = str(dependency)
        commands.remove_dependency(dependency, now=timezone.now())
        messages.success(request, f"Removed: {told}.")
        return redirect(parent)
    context = {"dependency": dependency, "parent": parent}
    return render(request, "impact/dependency_delete.html", context)


def _parent_of(dependency: Dependency) -> str:
    return str(
        Subject.of(service_id=dependency.parent_service_id, ci_id=dependency.parent_ci_id)
    )


def _visible(request: SignedIn, text: str) -> Service | CI:
    """The service or CI that the text names, if the user may see it; else not found."""
    try:
        subject = Subject.parse(text)
    except ValueError as error:
        raise Http404 from error
    if subject.kind is NodeKind.SERVICE:
        return get_object_or_404(services_visible_to(request.user), pk=subject.id)
    return get_object_or_404(cis_visible_to(request.user), pk=subject.id)


def _require_editor(request: SignedIn, parent: Service | CI) -> None:
    service = parent if isinstance(parent, Service) else None
    require(request.user, Action.EDIT_MAP, service)
