"""The foundation of every endpoint: what is not known is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

PAGING = frozenset({"limit", "offset"})


class Strict(serializers.Serializer[Any]):
    """A body whose unknown keys are errors, each named by its own pointer."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {key: ["is not a known key"] for key in data if key not in writable}
            if unknown:
                raise ValidationError(unknown)
        return super().to_internal_value(data)


class StrictModel(Strict, serializers.ModelSerializer[Any]):
    """The same for a model. Fields are always listed; "__all__" is refused by a test."""


class Instant(serializers.DateTimeField):
    """ISO 8601 with an offset from UTC; without one it could be any of many instants."""

    default_error_messages = {
        "offset": "must have an offset from UTC, like 2026-08-31T09:30:00Z",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("offset")
        return super().enforce_timezone(value)


class Endpoint(GenericViewSet[Any]):
    """A set of endpoints whose query parameters are listed; others answer 400.

    `filters` names the parameters that the list knows besides limit and offset.
    """

    filters: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.filters | PAGING if self.action == "list" else frozenset[str]()
        known |= frozenset(getattr(self, "parameters", {}).get(self.action, ()))
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, "is not a known parameter"))
        # PostgreSQL keeps no NUL in a text.
        broken = sorted(name for name, text in request.query_params.items() if "\0" in text)
        if broken:
            raise ValidationError(dict.fromkeys(broken, "contains a NUL character"))
