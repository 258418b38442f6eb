"""Finance for programs."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.asked import id_asked, span_asked
from bsm.web.rest import Endpoint, StrictModel
from catalog.domain.access import Action
from catalog.queries import ANYWHERE, require, services_visible_to
from finance import commands, queries
from finance.models import BusinessValue, DowntimeCost


class DowntimeCostSerializer(StrictModel):
    """What one outage cost; provisional while the outage lasts. Amounts are decimal texts."""

    service = serializers.UUIDField(source="outage.service_id", read_only=True)
    started_at = serializers.DateTimeField(source="outage.started_at", read_only=True)
    ended_at = serializers.DateTimeField(
        source="outage.ended_at", read_only=True, allow_null=True
    )

    class Meta:
        model = DowntimeCost
        fields = [
            "outage",
            "service",
            "started_at",
            "ended_at",
            "amount",
            "currency",
            "hourly_loss",
            "lost_milli",
            "is_provisional",
            "priced_until",
        ]
        read_only_fields = fields


class MoneyEndpoint(Endpoint):
    """For those who may see money; the others are told so."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require(request.user, Action.SEE_COSTS, ANYWHERE)


class DowntimeCosts(mixins.ListModelMixin, mixins.RetrieveModelMixin, MoneyEndpoint):
    """What outages cost, the newest first; for those who may see money."""

    serializer_class = DowntimeCostSerializer
    filters = frozenset({"service", "from", "to"})

    def get_queryset(self) -> QuerySet[DowntimeCost]:
        rows = queries.costs_visible_to(self.request.user).order_by("-outage__started_at", "pk")
        if self.action != "list":
            return rows
        service = id_asked(self.request, "service")
        start, end = span_asked(self.request)
        if service:
            rows = rows.filter(outage__service=service)
        if start:
            lasts = Q(outage__ended_at__isnull=True) | Q(outage__ended_at__gt=start)
            rows = rows.filter(lasts)
        return rows.filter(outage__started_at__lt=end) if end else rows


class BusinessValueSerializer(StrictModel):
    """What the business loses in an hour without the service."""

    hourly_loss = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    currency = serializers.RegexField(re.compile(r"\A[A-Z]{3}\Z"), required=False)

    class Meta:
        model = BusinessValue
        fields = ["service", "hourly_loss", "currency", "updated_at"]
        read_only_fields = ["service", "updated_at"]


class BusinessValues(mixins.ListModelMixin, mixins.RetrieveModelMixin, MoneyEndpoint):
    """What an hour of each service is worth, by service; for those who may see money."""

    serializer_class = BusinessValueSerializer
    lookup_field = "service"
    filters = frozenset({"service"})

    def get_queryset(self) -> QuerySet[BusinessValue]:
        rows = queries.values_visible_to(self.request.user).order_by("service__name", "pk")
        service = id_asked(self.request, "service") if self.action == "list" else None
        return rows.filter(service=service) if service else rows

    def update(self, request: Request, service: str) -> Response:
        """Say what an hour of the service is worth; its outages are priced again."""
        try:
            found = services_visible_to(request.user).filter(pk=service).first()
        except Refused as error:
            raise Http404 from error
        if found is None:
            raise Http404
        require(request.user, Action.EDIT_COSTS, found)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        value = commands.set_business_value(
            found, **serializer.validated_data, now=timezone.now()
        )
        return Response(self.get_serializer(value).data)
