"""What a caller asks of a list, read strictly: an id or an instant that is none is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def id_asked(request: Request, name: str) -> UUID | None:
    """The id given by that name; None when it was not given."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise ValidationError({name: "is not an id"}) from error


def instant_asked(request: Request, name: str) -> datetime | None:
    """The instant given by that name, in UTC unless it says otherwise; None when not given."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    if instant is None:
        raise ValidationError({name: "is written like 2026-08-31T09:30:00Z"})
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValidationError({name: "is too far away"}) from error


def span_asked(request: Request) -> tuple[datetime | None, datetime | None]:
    """`from` and `to`, either of which may be open."""
    start, end = instant_asked(request, "from"), instant_asked(request, "to")
    if start and end and end <= start:
        raise ValidationError({"to": "must be later than from"})
    return start, end
