"""Drawing the map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from assets.models import CI
from bsm.kernel.subjects import Subject
from catalog.models import Service
from impact import queries
from impact.domain.graph import path
from impact.models import Dependency, DependencyGroup, GroupMode
from impact.signals import map_changed


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group that a dependency joins, made when the parent has none of that name.

    Figures that are None are taken from the group, or from the model's defaults.
    """

    name: str
    mode: str | None = None
    is_essential: bool | None = None
    weight: int | None = None


@transaction.atomic
def add_dependency(  # noqa: PLR0913 - options, each by name
    *,
    parent: Service | CI,
    child: Service | CI,
    now: datetime,
    group: str | Grouping = "",
    mode: str | None = None,
    weight: int = 1,
    is_demo: bool = False,
) -> Dependency:
    """State that the parent needs the child; refuses what would close a circle.

    Raises ValidationError by field; for a circle with all its names in order.
    """
    # One editor at a time, or two edits that are harmless alone could close a circle together.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('impact_dependency'))")
    _refuse_circle(parent, child)
    grouping = group if isinstance(group, Grouping) else Grouping(group, mode)
    if not grouping.name and grouping.mode not in (None, GroupMode.WORST):
        raise ValidationError({"group": "Name the group that shares this mode."})
    dependency = Dependency(
        parent_service=parent if isinstance(parent, Service) else None,
        parent_ci=parent if isinstance(parent, CI) else None,
        child_service=child if isinstance(child, Service) else None,
        child_ci=child if isinstance(child, CI) else None,
        group=_ensure_group(parent, grouping) if grouping.name else None,
        weight=weight,
        is_demo=is_demo,
    )
    _refuse_second_statement(dependency)
    dependency.clean_fields()
    dependency.save(force_insert=True)
    map_changed.send(Dependency, subject=str(subject_of(parent)), since=now)
    return dependency


@transaction.atomic
def remove_dependency(dependency: Dependency, *, now: datetime) -> None:
    """The parent no longer needs the child. A group goes with its last member."""
    parent = Subject.of(service_id=dependency.parent_service_id, ci_id=dependency.parent_ci_id)
    group_id = dependency.group_id
    dependency.delete()
    if group_id:
        DependencyGroup.objects.filter(pk=group_id, members=None).delete()
    map_changed.send(Dependency, subject=str(parent), since=now)


def subject_of(thing: Service | CI) -> Subject:
    return Subject.service(thing.pk) if isinstance(thing, Service) else Subject.ci(thing.pk)


def _refuse_circle(parent: Service | CI, child: Service | CI) -> None:
    above, below = subject_of(parent), subject_of(child)
    if above == below:
        raise ValidationError({"child": f"{child} cannot need itself."})
    way = path(
        {str(node): map(str, needs) for node, needs in queries.needs_below([below]).items()},
        str(below),
        str(above),
    )
    if way is None:
        return
    circle = [above, *(Subject.parse(step) for step in way)]
    names = queries.names_of(circle)
    told = " → ".join(names[step] for step in circle)
    raise ValidationError({"child": f"This would close a circle: {told}."})


def _refuse_second_statement(dependency: Dependency) -> None:
    is_there = Dependency.objects.filter(
        parent_service=dependency.parent_service,
        parent_ci=dependency.parent_ci,
        child_service=dependency.child_service,
        child_ci=dependency.child_ci,
    ).exists()
    if is_there:
        raise ValidationError({"child": "This dependency is already on the map."})


def _ensure_group(parent: Service | CI, wanted: Grouping) -> DependencyGroup:
    owner = {
        "parent_service": parent if isinstance(parent, Service) else None,
        "parent_ci": parent if isinstance(parent, CI) else None,
    }
    group = DependencyGroup.objects.filter(**owner, name=wanted.name).first()
    if group is None:
        figures = {
            "mode": wanted.mode,
            "is_essential": wanted.is_essential,
            "weight": wanted.weight,
        }
        given = {name: figure for name, figure in figures.items() if figure is not None}
        group = DependencyGroup(**owner, name=wanted.name, **given)
        group.clean_fields()
        group.save(force_insert=True)
    elif wanted.mode not in (None, group.mode):
        raise ValidationError({"mode": f"The group {group} has the mode “{group.mode}”."})
    return group
