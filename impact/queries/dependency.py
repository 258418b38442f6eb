"""Reading the map: who needs whom, upward and downward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.subjects import NodeKind, Subject
from catalog.models import Service
from catalog.queries import Person, services_visible_to
from impact.domain.graph import Shape
from impact.domain.groups import Edge, Group, Mode, Rule
from impact.domain.labels import Label
from impact.models import Dependency
from impact.queries.state import label_of_row, open_states

ABOVE = """
    WITH RECURSIVE above(service_id, ci_id) AS (
        (SELECT id, NULL::uuid FROM unnest(%s::uuid[]) AS id
         UNION ALL
         SELECT NULL::uuid, id FROM unnest(%s::uuid[]) AS id)
        UNION
        SELECT need.parent_service_id, need.parent_ci_id
          FROM impact_dependency need
          JOIN above ON need.child_service_id = above.service_id
                     OR need.child_ci_id = above.ci_id)
    SELECT service_id, ci_id FROM above
"""
BELOW = """
    WITH RECURSIVE below(service_id, ci_id) AS (
        (SELECT id, NULL::uuid FROM unnest(%s::uuid[]) AS id
         UNION ALL
         SELECT NULL::uuid, id FROM unnest(%s::uuid[]) AS id)
        UNION
        SELECT need.child_service_id, need.child_ci_id
          FROM impact_dependency need
          JOIN below ON need.parent_service_id = below.service_id
                     OR need.parent_ci_id = below.ci_id)
    SELECT need.id, need.parent_service_id, need.parent_ci_id,
           need.child_service_id, need.child_ci_id, grouping.name, grouping.mode
      FROM impact_dependency need
      JOIN below ON need.parent_service_id = below.service_id
                 OR need.parent_ci_id = below.ci_id
      LEFT JOIN impact_dependencygroup grouping ON grouping.id = need.group_id
     ORDER BY need.created_at, need.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of the map as a page shows it."""

    subject: Subject
    name: str
    kind: str  # "Service", or the type of the CI
    url: str
    label: Label


@dataclass(frozen=True, slots=True)
class Link:
    """The parent needs the child, alone or as one of a group."""

    parent: Subject
    child: Subject
    group: str = ""
    mode: str = Mode.WORST


@dataclass(frozen=True, slots=True)
class ServiceMap:
    """What lies below a service."""

    entries: list[Entry]
    links: list[Link]


def above(subjects: Collection[Subject]) -> list[Subject]:
    """The subjects and everything that needs them, directly or not. One query."""
    return [
        Subject.of(service_id=service, ci_id=ci)
        for service, ci in _rows(ABOVE, list(_split(subjects)))
    ]


def needs_below(subjects: Collection[Subject]) -> dict[Subject, list[Subject]]:
    """Who needs whom, from the subjects downward. One query."""
    needs: defaultdict[Subject, list[Subject]] = defaultdict(list)
    for link in _links_below(subjects):
        needs[link.parent].append(link.child)
    return dict(needs)


def shape_of(subjects: Collection[Subject]) -> tuple[Shape, set[Subject]]:
    """The groups below each of the subjects, and the children that are not among them.

    Nodes go by the text of their id. One query.
    """
    services, cis = _split(subjects)
    rows = Dependency.objects.filter(
        Q(parent_service__in=services) | Q(parent_ci__in=cis)
    ).select_related("group")
    members: defaultdict[str, defaultdict[UUID, list[Dependency]]]
    members = defaultdict(lambda: defaultdict(list))
    inside, outside = set(subjects), set[Subject]()
    for row in rows.order_by("created_at", "pk"):
        parent = row.parent_service_id or row.parent_ci_id
        members[str(parent)][row.group_id or row.pk].append(row)
        child = Subject.of(service_id=row.child_service_id, ci_id=row.child_ci_id)
        if child not in inside:
            outside.add(child)
    shape = {
        str(subject.id): tuple(_group(rows) for rows in members[str(subject.id)].values())
        for subject in subjects
    }
    return shape | {str(subject.id): () for subject in outside}, outside


def map_below(service: Service) -> ServiceMap:
    """The service and everything it needs, with how each stands now. Four queries at most."""
    root = Subject.service(service.pk)
    links = _links_below([root])
    subjects = dict.fromkeys([root, *(subject for link in links for subject in _ends(link))])
    return ServiceMap(entries=entries_of(subjects), links=links)


def dependants_of(subject: Subject) -> list[Entry]:
    """Everything that needs the subject, directly or not: services first, by name."""
    others = [other for other in above([subject]) if other != subject]
    return sorted(
        entries_of(others),
        key=lambda entry: (entry.subject.kind is not NodeKind.SERVICE, entry.name),
    )


def entries_of(subjects: Iterable[Subject]) -> list[Entry]:
    """The subjects with name, kind and label now, in their order; unknown ids are left out."""
    wanted = list(subjects)
    services, cis = _split(wanted)
    things: dict[Subject, Service | CI] = {
        **{
            Subject.service(thing.pk): thing
            for thing in Service.objects.filter(pk__in=services)
        },
        **{Subject.ci(thing.pk): thing for thing in CI.objects.filter(pk__in=cis)},
    }
    labels = {
        Subject.of(service_id=row.service_id, ci_id=row.ci_id): label_of_row(row)
        for row in open_states(services, cis)
    }
    return [
        Entry(
            subject=subject,
            name=thing.name,
            kind=thing.get_type_display() if isinstance(thing, CI) else "Service",
            url=thing.get_absolute_url(),
            label=labels.get(subject, Label.UNKNOWN),
        )
        for subject in wanted
        if (thing := things.get(subject))
    ]


def names_of(subjects: Collection[Subject]) -> dict[Subject, str]:
    services, cis = _split(subjects)
    found_services = Service.objects.filter(pk__in=services).values_list("pk", "name")
    found_cis = CI.objects.filter(pk__in=cis).values_list("pk", "name")
    return {Subject.service(pk): name for pk, name in found_services} | {
        Subject.ci(pk): name for pk, name in found_cis
    }


def subjects_on_the_map() -> list[Subject]:
    """Everything that needs something."""
    pairs = Dependency.objects.values_list("parent_service_id", "parent_ci_id").distinct()
    return sorted(Subject.of(service_id=service, ci_id=ci) for service, ci in pairs)


def dependencies_visible_to(user: Person) -> QuerySet[Dependency]:
    """The dependencies both of whose ends the user may see."""
    services, cis = services_visible_to(user), cis_visible_to(user)
    return Dependency.objects.filter(
        Q(parent_service__in=services) | Q(parent_ci__in=cis),
        Q(child_service__in=services) | Q(child_ci__in=cis),
    ).select_related("group")


def _links_below(subjects: Collection[Subject]) -> list[Link]:
    return [
        Link(
            parent=Subject.of(service_id=parent_service, ci_id=parent_ci),
            child=Subject.of(service_id=child_service, ci_id=child_ci),
            group=group or "",
            mode=mode or Mode.WORST,
        )
        for _, parent_service, parent_ci, child_service, child_ci, group, mode in _rows(
            BELOW, list(_split(subjects))
        )
    ]


def _group(rows: list[Dependency]) -> Group:
    group = rows[0].group
    edges = tuple(
        Edge(str(row.child_service_id or row.child_ci_id), weight=row.weight) for row in rows
    )
    if group is None:
        return Group(Rule(Mode.WORST), edges)
    rule = Rule(Mode(group.mode))
    return Group(rule, edges, is_essential=group.is_essential, weight=group.weight)


def _ends(link: Link) -> tuple[Subject, Subject]:
    return link.parent, link.child


def _split(subjects: Iterable[Subject]) -> tuple[list[UUID], list[UUID]]:
    services: list[UUID] = []
    cis: list[UUID] = []
    for subject in subjects:
        (services if subject.kind is NodeKind.SERVICE else cis).append(subject.id)
    return services, cis


def _rows(sql: str, parameters: list[list[UUID]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
