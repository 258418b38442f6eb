"""Trying rules on a history without saving anything."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, Strict
from monitoring.domain.simulation import NOT_YET, OUTCOMES, Unsupported, simulate

FAR = 10**10  # seconds; some three hundred years


class CheckSerializer(Strict):
    """One check: at `t`, and when it arrived if that was later."""

    t = serializers.FloatField(min_value=-FAR, max_value=FAR)
    s = serializers.ChoiceField(list(OUTCOMES))
    arrived = serializers.FloatField(required=False, min_value=-FAR, max_value=FAR)


class ConfigSerializer(Strict):
    """What differs from the defaults; durations in seconds."""

    interval = serializers.FloatField(required=False, min_value=1, max_value=86_400)
    timeout = serializers.FloatField(required=False, min_value=0, max_value=86_400)
    confirm_down = serializers.IntegerField(required=False, min_value=1, max_value=100)
    confirm_degraded = serializers.IntegerField(required=False, min_value=1, max_value=100)
    confirm_up = serializers.IntegerField(required=False, min_value=1, max_value=100)
    stale_after = serializers.FloatField(
        required=False, allow_null=True, min_value=1, max_value=FAR
    )
    quorum = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    reopen_window = serializers.FloatField(required=False, min_value=0, max_value=FAR)
    late_horizon = serializers.FloatField(required=False, min_value=0, max_value=FAR)
    flap_window = serializers.FloatField(required=False, min_value=1, max_value=FAR)
    flap_hi = serializers.IntegerField(required=False, min_value=2, max_value=1000)
    flap_settle = serializers.FloatField(required=False, min_value=0, max_value=FAR)
    incident_on_degraded = serializers.BooleanField(required=False)
    parent_grace = serializers.FloatField(required=False, min_value=0, max_value=FAR)


class SimulationSerializer(Strict):
    """A case; all instants are seconds after an epoch."""

    config = ConfigSerializer(required=False)
    results = serializers.ListField(child=CheckSerializer(), required=False, max_length=100_000)
    created = serializers.FloatField(
        required=False, allow_null=True, min_value=-FAR, max_value=FAR
    )
    as_of = serializers.FloatField(min_value=-FAR, max_value=FAR)
    period = serializers.JSONField(required=False)
    grace = serializers.JSONField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """What cannot be simulated yet is known all the same, and refused by its reason."""
        return super().get_fields() | {
            name: serializers.JSONField(required=False) for name in NOT_YET
        }


class Simulations(Endpoint):
    """What a monitor would have said; whoever signs in may ask."""

    serializer_class = SimulationSerializer

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            return Response(simulate(serializer.validated_data))
        except Unsupported as refused:
            raise ValidationError(str(refused)) from refused
