"""Pages about money: the form that says what an hour of a service is worth."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bsm.web.forms import show_errors, status_of
from catalog.domain.access import Action
from catalog.queries import SignedIn, require, services_visible_to
from finance import commands, queries
from finance.forms import BusinessValueForm


def service_value(request: SignedIn, slug: str) -> HttpResponse:
    """Say what the business loses in an hour without the service."""
    service = get_object_or_404(services_visible_to(request.user), slug=slug)
    require(request.user, Action.EDIT_COSTS, service)
    value = queries.value_of(service)
    known = {"hourly_loss": value.hourly_loss, "currency": value.currency} if value else None
    form = BusinessValueForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            commands.set_business_value(service, **form.cleaned_data, now=timezone.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"The value of an hour of {service.name} is saved.")
            return redirect(service)
    context = {"form": form, "service": service}
    return render(request, "finance/service_value.html", context, status=status_of(form))
