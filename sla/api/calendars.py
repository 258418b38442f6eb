"""Service hours."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from bsm.web.rest import Endpoint, Strict, StrictModel
from catalog.domain.access import Action
from catalog.queries import require
from sla import commands, queries
from sla.api.fields import LocalDate, WallTime
from sla.models import Calendar


class WindowSerializer(Strict):
    """Open on a weekday, 1 Monday to 7 Sunday; closing at or before opening is next day."""

    weekday = serializers.IntegerField(min_value=1, max_value=7)
    opens_at = WallTime()
    closes_at = WallTime()


class HolidaySerializer(Strict):
    """Closed on a date."""

    on = LocalDate()
    name = serializers.CharField(max_length=80)


class OpeningSerializer(Strict):
    """Open on a date, whatever the week or the holidays say."""

    on = LocalDate()
    opens_at = WallTime()
    closes_at = WallTime()


class CalendarSerializer(StrictModel):
    """A calendar with all its parts."""

    windows = WindowSerializer(many=True)
    holidays = HolidaySerializer(many=True, required=False)
    openings = OpeningSerializer(many=True, required=False)

    class Meta:
        model = Calendar
        fields = ["id", "name", "windows", "holidays", "openings"]
        read_only_fields = ["id"]


class Calendars(mixins.ListModelMixin, mixins.RetrieveModelMixin, Endpoint):
    """Service hours that a promise may be about; without any it is around the clock."""

    serializer_class = CalendarSerializer

    def get_queryset(self) -> QuerySet[Calendar]:
        return queries.calendars().order_by("name", "pk")

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_CALENDARS)
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(body.validated_data)
        calendar = commands.create_calendar(**values)
        return Response(self.get_serializer(calendar).data, status=status.HTTP_201_CREATED)
