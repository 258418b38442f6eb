"""Reading the catalogue, always through the eyes of somebody."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from catalog.models import BusinessUnit, LifecycleState, Role, RoleAssignment, Service, User

Person = User | AnonymousUser  # the API does not know before it asked

# Open to every reader; the pipeline and the retired are for those with a role there.
OFFERED = [LifecycleState.PILOT, LifecycleState.LIVE, LifecycleState.RETIRING]
EDITORS = [Role.SERVICE_OWNER, Role.SLA_MANAGER, Role.ADMIN]

SUBTREE = """
    WITH RECURSIVE below(id) AS (
        SELECT unnest(%s::uuid[])
        UNION
        SELECT unit.id FROM catalog_businessunit unit JOIN below ON unit.parent_id = below.id)
    SELECT id FROM below
"""


def services_visible_to(user: Person) -> QuerySet[Service]:
    """The one door to who sees which service: every page, endpoint and figure asks here.

    Whoever holds a role everywhere, or is an administrator, sees everything. A role in a
    business unit shows what that unit and those below it own; a role for a service shows
    the service; its accountable owner sees it. Of the rest, a reader without any role sees
    what is on offer.
    """
    services = Service.objects.all()
    if isinstance(user, AnonymousUser):
        return services.none()
    if user.is_superuser:
        return services
    roles = list(RoleAssignment.objects.filter(user=user))
    if not roles:
        return services.filter(Q(state__in=OFFERED) | Q(owner=user))
    everywhere = {r.role for r in roles if r.business_unit_id is None and r.service_id is None}
    if everywhere - {Role.VIEWER}:
        return services
    units = subtree([r.business_unit_id for r in roles if r.business_unit_id])
    own = Q(business_unit__in=units) | Q(pk__in=[r.service_id for r in roles]) | Q(owner=user)
    if everywhere:
        own |= Q(state__in=OFFERED)
    return services.filter(own)


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


def may_edit(user: Person) -> bool:
    """Whether the user may change the catalogue, the map, monitors and promises."""
    if isinstance(user, AnonymousUser) or user.is_superuser:
        return user.is_superuser
    return RoleAssignment.objects.filter(
        user=user, role__in=EDITORS, business_unit=None, service=None
    ).exists()


def may_see_costs(user: Person) -> bool:
    """Whether money is shown to the user at all."""
    if isinstance(user, AnonymousUser):
        return False
    return (
        user.is_superuser
        or RoleAssignment.objects.filter(user=user).exclude(role=Role.VIEWER).exists()
    )


class SignedIn(HttpRequest):
    """A request that passed the gate in bsm.web.headers: whoever asks is known by name."""

    user: User
