"""Incidents."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from rest_framework import mixins
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bsm.web.asked import id_asked, span_asked
from bsm.web.rest import Endpoint, StrictModel
from monitoring import queries
from monitoring.models import Incident


class IncidentSerializer(StrictModel):
    """A monitor was down; `closed_at` is null while it is open."""

    class Meta:
        model = Incident
        fields = [
            "id",
            "monitor",
            "started_at",
            "opened_at",
            "resolved_at",
            "closed_at",
            "occurrences",
        ]
        read_only_fields = fields


class Incidents(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Incidents of the monitors that the caller may see, the newest first."""

    serializer_class = IncidentSerializer
    filters = frozenset({"monitor", "is_open", "from", "to"})

    def get_queryset(self) -> QuerySet[Incident]:
        visible = queries.incidents_visible_to(self.request.user)
        incidents = visible.order_by("-started_at", "pk")
        return _narrowed(incidents, self.request) if self.action == "list" else incidents


def _narrowed(incidents: QuerySet[Incident], request: Request) -> QuerySet[Incident]:
    monitor = id_asked(request, "monitor")
    if monitor is not None:
        incidents = incidents.filter(monitor=monitor)
    is_open = request.query_params.get("is_open")
    if is_open is not None:
        if is_open not in {"true", "false"}:
            raise ValidationError({"is_open": "is true or false"})
        incidents = incidents.filter(closed_at__isnull=is_open == "true")
    start, end = span_asked(request)
    if start:
        incidents = incidents.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gt=start))
    return incidents.filter(started_at__lt=end) if end else incidents
