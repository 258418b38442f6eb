"""What the forms and lists of all pages have in common."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 25


def show_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Puts what a command refused beside the field it is about, else on top of the form."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in by_field.items():
        field = name.rsplit("/", maxsplit=1)[-1]  # "commitments/0/target_percent"
        for message in messages:
            _show_error(form, field, message)


def _show_error(form: forms.BaseForm, field: str, message: str) -> None:
    if field in {"", NON_FIELD_ERRORS}:
        form.add_error(None, message)
        return
    if field in form.fields and form.fields[field].widget.is_hidden:
        form.add_error(None, f"{field}: {message}")
        return
    try:
        form.add_error(field, message)  # a form may know a field by another name
    except ValueError:
        form.add_error(None, f"{field}: {message}")


def status_of(form: forms.BaseForm) -> int:
    """200 for a fresh form; 422 for one that comes back with errors (htmx swaps it in too)."""
    return 422 if form.is_bound else 200


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page that the address asks for; a number beyond the end shows the last one."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
