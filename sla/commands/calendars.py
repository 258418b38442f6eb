"""Stating service hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sla.models import Calendar, Holiday, ServiceWindow, SpecialOpening

Part = ServiceWindow | Holiday | SpecialOpening


@transaction.atomic
def create_calendar(
    *,
    name: str,
    windows: Iterable[Mapping[str, Any]] = (),
    holidays: Iterable[Mapping[str, Any]] = (),
    openings: Iterable[Mapping[str, Any]] = (),
    is_demo: bool = False,
) -> Calendar:
    """A calendar with all its parts. Raises ValidationError by field, "windows/0/weekday"."""
    calendar = Calendar(name=name.strip(), is_demo=is_demo)
    calendar.full_clean()
    calendar.save(force_insert=True)
    _add(ServiceWindow, calendar, "windows", windows)
    _add(Holiday, calendar, "holidays", holidays)
    _add(SpecialOpening, calendar, "openings", openings)
    return calendar


def _add(
    kind: type[Part], calendar: Calendar, room: str, parts: Iterable[Mapping[str, Any]]
) -> None:
    for n, fields in enumerate(parts):
        part = kind(calendar=calendar, **fields)
        try:
            part.full_clean()
        except ValidationError as error:
            named = {f"{room}/{n}/{name}": found for name, found in error.message_dict.items()}
            raise ValidationError(named) from error
        part.save(force_insert=True)
