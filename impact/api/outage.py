"""Outages and health for programs."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from rest_framework import mixins, serializers

from bsm.web.asked import id_asked, span_asked
from bsm.web.rest import Endpoint, StrictModel
from impact import queries
from impact.models import NodeState, Outage


class OutageSerializer(StrictModel):
    """A service did not do its work; `ended_at` is null while it lasts, `weight` per mille."""

    class Meta:
        model = Outage
        fields = ["id", "service", "started_at", "ended_at", "weight", "causes"]
        read_only_fields = fields


class Outages(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """The outages of the services that the caller may see, the newest first.

    `from` and `to` keep those that touch the span.
    """

    serializer_class = OutageSerializer
    filters = frozenset({"service", "from", "to"})

    def get_queryset(self) -> QuerySet[Outage]:
        rows = queries.outages_visible_to(self.request.user).order_by("-started_at", "pk")
        if self.action != "list":
            return rows
        service = id_asked(self.request, "service")
        start, end = span_asked(self.request)
        if service:
            rows = rows.filter(service=service)
        if start:
            rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=start))
        return rows.filter(started_at__lt=end) if end else rows


class StateSerializer(StrictModel):
    """A service or a CI had this health from `since` until `until`, null while it lasts."""

    since = serializers.DateTimeField(source="valid.lower", read_only=True)
    until = serializers.DateTimeField(source="valid.upper", read_only=True, allow_null=True)

    class Meta:
        model = NodeState
        fields = [
            "service",
            "ci",
            "since",
            "until",
            "actual",
            "lo",
            "hi",
            "excused",
            "label",
            "is_uncertain",
            "causes",
        ]
        read_only_fields = fields


class States(mixins.ListModelMixin, Endpoint):
    """The health of services and CIs over time, by node and time."""

    serializer_class = StateSerializer
    filters = frozenset({"service", "ci", "from", "to"})

    def get_queryset(self) -> QuerySet[NodeState]:
        rows = queries.states_visible_to(self.request.user).order_by("service", "ci", "valid")
        service, ci = id_asked(self.request, "service"), id_asked(self.request, "ci")
        start, end = span_asked(self.request)
        if service:
            rows = rows.filter(service=service)
        if ci:
            rows = rows.filter(ci=ci)
        if start:
            rows = rows.filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=start))
        return rows.filter(valid__startswith__lt=end) if end else rows
