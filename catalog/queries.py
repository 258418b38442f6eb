"""Reading the catalogue, always through the eyes of somebody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from catalog.domain.access import Action, Scope, allows
from catalog.models import (
    BusinessUnit,
    LifecycleState,
    Role,
    RoleAssignment,
    Service,
    Team,
    User,
)

Person = User | AnonymousUser  # the API does not know before it asked

# Open to every reader; the pipeline and the retired are for those with a role there.
OFFERED = [LifecycleState.PILOT, LifecycleState.LIVE, LifecycleState.RETIRING]
EVERYTHING = Q(pk__isnull=False)
NOTHING = Q(pk__in=[])

SUBTREE = """
    WITH RECURSIVE below(id) AS (
        SELECT unnest(%s::uuid[])
        UNION
        SELECT unit.id FROM catalog_businessunit unit JOIN below ON unit.parent_id = below.id)
    SELECT id FROM below
"""
SUBTREES = """
    WITH RECURSIVE below(top, id) AS (
        SELECT id, id FROM unnest(%s::uuid[]) AS id
        UNION
        SELECT below.top, unit.id
          FROM catalog_businessunit unit JOIN below ON unit.parent_id = below.id)
    SELECT top, id FROM below
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, and what its scope covers."""

    role: str
    scope: Scope
    units: frozenset[UUID] = frozenset()  # the unit and all below it
    service_id: UUID | None = None
    owner_id: UUID | None = None  # all that this user is accountable for
    via: str = ""  # "Holds … through the team …", in words

    @property
    def services(self) -> Q:
        """The services that the scope covers."""
        if self.owner_id:
            return Q(owner=self.owner_id)
        if self.scope is Scope.UNIT:
            return Q(business_unit__in=self.units)
        if self.scope is Scope.SERVICE:
            return Q(pk=self.service_id)
        return EVERYTHING

    def covers(self, service: Service) -> bool:
        if self.owner_id:
            return service.owner_id == self.owner_id
        if self.scope is Scope.UNIT:
            return service.business_unit_id in self.units
        return self.scope is Scope.EVERYTHING or service.pk == self.service_id


class Anywhere:
    """The subject of the question whether somebody may do a thing to anything at all."""


ANYWHERE = Anywhere()


def held_by(user: Person) -> tuple[Held, ...]:
    """All roles of the user, own, of a team and implied; asked once per request.

    Whoever is accountable for a service is its service owner. Whoever was given no role reads
    what is on offer.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return ()
    known: tuple[Held, ...] | None = getattr(user, "held_roles", None)
    if known is None:
        known = user.held_roles = _held_by(user)  # type: ignore[attr-defined]
    return known


def _held_by(user: User) -> tuple[Held, ...]:
    given = RoleAssignment.objects.filter(
        Q(user=user) | Q(team__in=Team.objects.filter(members=user))
    )
    rows = list(given.select_related("business_unit", "service", "team").order_by("pk"))
    below = subtrees([row.business_unit_id for row in rows if row.business_unit_id])
    held = [_held(row, below) for row in rows]
    if user.is_superuser:
        held.append(Held(Role.ADMIN, Scope.EVERYTHING, via="Admin, as the administrator"))
    if not held:
        held.append(Held(Role.VIEWER, Scope.EVERYTHING, via="Viewer, as everybody"))
    via = "Service owner of what one is accountable for"
    held.append(Held(Role.SERVICE_OWNER, Scope.SERVICE, owner_id=user.pk, via=via))
    return tuple(held)


def _held(row: RoleAssignment, below: dict[UUID, frozenset[UUID]]) -> Held:
    through = f", through the team {row.team}" if row.team else ""
    role = row.get_role_display()
    if row.business_unit_id:
        via = f"{role} for {row.business_unit} and below{through}"
        return Held(row.role, Scope.UNIT, units=below[row.business_unit_id], via=via)
    if row.service_id:
        via = f"{role} for {row.service}{through}"
        return Held(row.role, Scope.SERVICE, service_id=row.service_id, via=via)
    return Held(row.role, Scope.EVERYTHING, via=f"{role} for everything{through}")


def may(user: Person, action: Action, subject: Service | Anywhere | None = None) -> bool:
    """The one door to who may do what: every page, form and endpoint asks here.

    The subject is a service; None stands for what belongs to no service, which takes a role
    for everything; ANYWHERE asks whether there is anything the user may do it to.
    """
    return granted_by(user, action, subject) is not None


def require(user: Person, action: Action, subject: Service | Anywhere | None = None) -> None:
    """403 unless the user may."""
    if not may(user, action, subject):
        raise PermissionDenied(f"You may not {action}.")


def granted_by(
    user: Person, action: Action, subject: Service | Anywhere | None = None
) -> Held | None:
    """The role that lets the user do it, if one does."""
    for held in held_by(user):
        if not allows(held.role, action, held.scope):
            continue
        if held.scope is Scope.EVERYTHING:
            return held
        if isinstance(subject, Anywhere):
            if not held.owner_id or _owns_any(user):
                return held
        elif subject is not None and held.covers(subject):
            return held
    return None


def _owns_any(user: Person) -> bool:
    """Whether the user is accountable for any service; asked once per request."""
    known: bool | None = getattr(user, "owns_any", None)
    if known is None:
        known = Service.objects.filter(owner=user.pk).exists()
        user.owns_any = known  # type: ignore[union-attr]
    return known


def services_for(user: Person, action: Action) -> QuerySet[Service]:
    """The services to which the user may do it."""
    return Service.objects.filter(_reach(user, action))


def services_visible_to(user: Person) -> QuerySet[Service]:
    """The one door to who sees which service: every page, endpoint and figure asks here.

    What is on offer is for all in whose scope it lies; the pipeline and the retired are for
    those with a role there. A unit's scope is what it and those below it own; what they
    subscribe to will join it with subscriptions.
    """
    offered = _reach(user, Action.SEE_OFFER) & Q(state__in=OFFERED)
    return Service.objects.filter(_reach(user, Action.SEE_PIPELINE) | offered)


def _reach(user: Person, action: Action) -> Q:
    """The services that the user's roles cover with the action."""
    covered = NOTHING
    for held in held_by(user):
        if allows(held.role, action, held.scope):
            if held.scope is Scope.EVERYTHING:
                return EVERYTHING
            covered |= held.services
    return covered


def why_visible(user: Person, service: Service) -> Held | None:
    """The role that shows the service to the user, if one does."""
    pipeline = granted_by(user, Action.SEE_PIPELINE, service)
    if pipeline or service.state not in OFFERED:
        return pipeline
    return granted_by(user, Action.SEE_OFFER, service)


def subtrees(unit_ids: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Each unit with all below it. One query, none without units."""
    if not unit_ids:
        return {}
    found: dict[UUID, set[UUID]] = {id: set() for id in unit_ids}
    with connection.cursor() as cursor:
        cursor.execute(SUBTREES, [unit_ids])
        for top, unit in cursor.fetchall():
            found[top].add(unit)
    return {top: frozenset(units) for top, units in found.items()}


def subtree(unit_ids: list[UUID]) -> list[UUID]:
    """The units and all below them."""
    if not unit_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SUBTREE, [unit_ids])
        return [row[0] for row in cursor.fetchall()]


def units_visible_to(user: Person) -> QuerySet[BusinessUnit]:
    """The units one may pick from: all of them; a name alone gives nothing away."""
    return BusinessUnit.objects.all()


def people() -> QuerySet[User]:
    """Everybody, with the roles and teams of each, by name."""
    roles = RoleAssignment.objects.select_related("business_unit", "service", "team", "user")
    return User.objects.prefetch_related(
        Prefetch("roles", roles.order_by("role", "pk")), "teams"
    ).order_by("last_name", "username")


def teams() -> QuerySet[Team]:
    """The teams, with their members and roles, by name."""
    roles = RoleAssignment.objects.select_related("business_unit", "service", "team", "user")
    return Team.objects.prefetch_related("members", Prefetch("roles", roles)).order_by("name")


class SignedIn(HttpRequest):
    """A request that passed the gate in bsm.web.headers: whoever asks is known by name."""

    user: User
