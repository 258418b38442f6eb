"""The map for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.subjects import NodeKind, Subject
from bsm.web.rest import Endpoint, StrictModel
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import ANYWHERE, require, services_visible_to
from impact import commands, queries
from impact.models import Dependency, GroupMode


@extend_schema_field({"type": "string", "pattern": "^(service|ci):[0-9a-f-]{36}$"})
class NodeField(serializers.Field[Any, Any, Any, Any]):
    """A service or a CI, written as "service:<id>" or "ci:<id>"."""

    def to_internal_value(self, data: Any) -> Service | CI:
        user = self.context["request"].user
        try:
            subject = Subject.parse(data)
        except (ValueError, AttributeError) as error:
            raise ValidationError('is written like "service:<id>" or "ci:<id>"') from error
        found: Service | CI | None
        if subject.kind is NodeKind.SERVICE:
            found = services_visible_to(user).filter(pk=subject.id).first()
        else:
            found = cis_visible_to(user).filter(pk=subject.id).first()
        if found is None:
            raise ValidationError(f"there is no {data}")
        return found

    def to_representation(self, value: Any) -> str:
        return str(value)


class DependencySerializer(StrictModel):
    """The parent needs the child, alone or as one of a named group."""

    parent = NodeField()  # type: ignore[assignment]  # a field here, not the serializer above
    child = NodeField()
    group = serializers.CharField(max_length=80, required=False, allow_blank=True)
    mode = serializers.ChoiceField(choices=GroupMode.choices, required=False)
    weight = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)

    class Meta:
        model = Dependency
        fields = ["id", "parent", "child", "group", "mode", "weight"]
        read_only_fields = ["id"]

    def to_representation(self, instance: Dependency) -> dict[str, Any]:
        group = instance.group
        return {
            "id": str(instance.pk),
            "parent": _subject(instance.parent_service_id, instance.parent_ci_id),
            "child": _subject(instance.child_service_id, instance.child_ci_id),
            "group": group.name if group else "",
            "mode": group.mode if group else GroupMode.WORST.value,
            "weight": instance.weight,
        }


class Dependencies(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, Endpoint
):
    """What needs what."""

    serializer_class = DependencySerializer
    filters = frozenset({"parent", "child"})

    def get_queryset(self) -> QuerySet[Dependency]:
        rows = queries.dependencies_visible_to(self.request.user).order_by("created_at", "pk")
        if self.action == "list":
            for end in ("parent", "child"):
                if end in self.request.query_params:
                    rows = rows.filter(**_end(end, self.request.query_params[end]))
        return rows

    def create(self, request: Request) -> Response:
        require(request.user, Action.EDIT_MAP, ANYWHERE)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        parent = serializer.validated_data["parent"]
        service = parent if isinstance(parent, Service) else None
        require(request.user, Action.EDIT_MAP, service)
        dependency = commands.add_dependency(**serializer.validated_data, now=timezone.now())
        return Response(self.get_serializer(dependency).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        dependency = self.get_object()
        require(request.user, Action.EDIT_MAP, dependency.parent_service)
        commands.remove_dependency(dependency, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _subject(service_id: Any, ci_id: Any) -> str:
    return str(Subject.of(service_id=service_id, ci_id=ci_id))


def _end(end: str, text: str) -> dict[str, Any]:
    try:
        subject = Subject.parse(text)
    except ValueError as error:
        told = 'is written like "service:<id>" or "ci:<id>"'
        raise ValidationError({end: told}) from error
    return {f"{end}_{subject.kind}": subject.id}
