"""Pages of the catalogue: what IT offers, and the form that describes it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from bsm.web.forms import page_of, show_errors, status_of
from catalog import commands
from catalog.domain.access import Action
from catalog.filters import LAYOUTS, ServiceFilter
from catalog.forms import ServiceForm
from catalog.models import Service
from catalog.queries import SignedIn, may, require, services_visible_to, units_visible_to


def services(request: SignedIn) -> HttpResponse:
    """What IT offers, searched and narrowed by the address."""
    user = request.user
    form = ServiceFilter(request.GET, units=units_visible_to(user))
    visible = services_visible_to(user)
    found = form.narrowed(visible).select_related("business_unit", "owner")
    page = page_of(request, found)
    context = {
        "form": form,
        "page": page,
        "is_new": page.paginator.count == 0 and not form.narrows,
        "layouts": LAYOUTS,
        "may_add": may(user, Action.ADD_SERVICE),
    }
    return render(request, "catalog/services.html", context)


def service_new(request: SignedIn) -> HttpResponse:
    """Describe a service that is not in the catalogue yet."""
    require(request.user, Action.ADD_SERVICE)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service = commands.create_service(**form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{service.name} added to the catalog.")
            return redirect(service)
    return _form_page(request, form, None)


def service_edit(request: SignedIn, slug: str) -> HttpResponse:
    """Change how a service is described."""
    service = get_object_or_404(services_visible_to(request.user), slug=slug)
    require(request.user, Action.EDIT_SERVICE, service)
    form = ServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data["version"] or 0
        try:
            commands.update_service(service, expected_version=expected, **form.values)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{form.values['name']} saved.")
            return redirect(service)
    return _form_page(request, form, service)


def _form_page(request: SignedIn, form: ServiceForm, service: Service | None) -> HttpResponse:
    context = {"form": form, "service": service}
    return render(request, "catalog/service_form.html", context, status=status_of(form))
