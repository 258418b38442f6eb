"""Trying a model without saving anything."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, Strict
from impact.domain.graph import compiled
from impact.domain.health import Health, solve
from impact.domain.simulation import Errors, ModelRefused, model_of


class SimulationSerializer(Strict):
    """Nodes by name: `own` signal, `maint` flag and `groups` of edges to other nodes."""

    model = serializers.DictField(child=serializers.JSONField(), allow_empty=True)


class Simulations(Endpoint):
    """What the health of each node of a model would be; whoever signs in may ask."""

    serializer_class = SimulationSerializer

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            shape, signals = model_of(serializer.validated_data["model"])
        except ModelRefused as refused:
            raise ValidationError({"model": _as_detail(refused.errors)}) from refused
        graph = compiled(shape)
        solved, capped = solve(graph, signals)
        answer: dict[str, Any] = {
            "nodes": {name: _told(solved[name]) for name in shape},
            "cycles": graph.cycles,
        }
        if capped:
            answer["cycle_capped"] = sorted(capped)
        return Response(answer)


def _told(health: Health) -> dict[str, Any]:
    return {
        "actual": health.actual,
        "lo": health.lo,
        "hi": health.hi,
        "excused": health.excused,
        "label": health.label.value,
        "uncertain": health.is_uncertain,
    }


def _as_detail(errors: Errors) -> Errors | list[str]:
    """The errors in the nesting that becomes a pointer: /model/shop/groups/0/mode."""
    if set(errors) == {""}:
        return [errors[""]]
    return {
        field: _as_detail(told) if isinstance(told, dict) else [told]
        for field, told in errors.items()
    }
