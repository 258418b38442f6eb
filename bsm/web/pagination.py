"""One way to page through a list, one shape of the answer: `{"count", "results"}`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response


class Page(LimitOffsetPagination):
    """`?limit=` (50, at most 500) and `?offset=`; anything else there is refused."""

    default_limit = 50
    max_limit = 500

    def get_limit(self, request: Request) -> int:
        return self._whole(request, "limit", default=self.default_limit, low=1)

    def get_offset(self, request: Request) -> int:
        return self._whole(request, "offset", default=0, low=0)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self.count, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["count", "results"],
            "properties": {
                "count": {"type": "integer", "minimum": 0},
                "results": schema,
            },
        }

    def _whole(self, request: Request, name: str, *, default: int, low: int) -> int:
        text = request.query_params.get(name)
        if text is None:
            return default
        high = self.max_limit if name == "limit" else 1_000_000_000
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise ValidationError({name: f"must be a whole number from {low} to {high}"})
        return int(text)
