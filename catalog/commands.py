"""Writing the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify

from bsm.models import ApiToken
from catalog.models import (
    BusinessUnit,
    Impersonation,
    LifecycleState,
    Role,
    RoleAssignment,
    Service,
    Team,
    User,
)

SERVICE_FIELDS = frozenset(
    {"name", "value", "description", "business_unit", "owner", "criticality", "state"}
)
# /services/new/ is the form, not a service of that name.
RESERVED_SLUGS = frozenset({"new"})
FIRST_ROLES = (Role.ADMIN, Role.SLA_MANAGER, Role.FINANCE)


@transaction.atomic
def create_service(*, name: str, is_demo: bool = False, **fields: Any) -> Service:
    """Add a service; its address is made from its name. Raises ValidationError by field."""
    _lock_names()
    service = Service(name=name.strip(), is_demo=is_demo, **_known(fields))
    service.slug = free_slugs([service.name])[0]
    service.full_clean()
    service.save(force_insert=True)
    return service


@transaction.atomic
def update_service(service: Service, *, expected_version: int, **fields: Any) -> Service:
    """Change a service unless somebody else did meanwhile; its address stays."""
    current = Service.objects.select_for_update().get(pk=service.pk)
    if current.version != expected_version:
        raise ValidationError(
            "Somebody changed this service in the meantime. Look at it again, then repeat."
        )
    for name, value in _known(fields).items():
        setattr(current, name, value)
    current.version += 1
    current.full_clean()
    current.save()
    return current


@transaction.atomic
def ensure_services(names: Iterable[str]) -> dict[str, Service]:
    """The live services with these names, made where there are none yet."""
    _lock_names()
    wanted = list(dict.fromkeys(names))
    have = {service.name: service for service in Service.objects.filter(name__in=wanted)}
    missing = [name for name in wanted if name not in have]
    slugs = free_slugs(missing)
    made = [
        Service(name=name, slug=slug, state=LifecycleState.LIVE)
        for name, slug in zip(missing, slugs, strict=True)
    ]
    for service in made:
        service.full_clean(validate_unique=False)
    Service.objects.bulk_create(made)
    return have | {service.name: service for service in made}


@transaction.atomic
def create_business_unit(
    *,
    name: str,
    parent: BusinessUnit | None = None,
    head: User | None = None,
    is_demo: bool = False,
) -> BusinessUnit:
    unit = BusinessUnit(name=name.strip(), parent=parent, head=head, is_demo=is_demo)
    unit.full_clean()
    unit.save(force_insert=True)
    return unit


@transaction.atomic
def move_business_unit(unit: BusinessUnit, *, parent: BusinessUnit | None) -> None:
    """Hang the unit below another one. Refuses to hang it below itself."""
    _lock_tree()
    above = parent
    while above is not None:
        if above.pk == unit.pk:
            raise ValidationError({"parent": f"{parent} lies below {unit} itself."})
        above = above.parent
    unit.parent = parent
    unit.full_clean()
    unit.save(update_fields=["parent"])


@transaction.atomic
def assign_role(
    holder: User | Team,
    role: Role,
    *,
    business_unit: BusinessUnit | None = None,
    service: Service | None = None,
) -> RoleAssignment:
    """Give the role to a user or a team; giving it twice changes nothing."""
    if business_unit and service:
        raise ValidationError(
            {"service": "A role has one scope: a business unit or a service."}
        )
    if isinstance(holder, User):
        who: dict[str, Any] = {"user": holder, "team": None}
        vars(holder).pop("held_roles", None)  # what was asked before no longer holds
    else:
        who = {"user": None, "team": holder}
    assignment, _ = RoleAssignment.objects.get_or_create(
        **who, role=role, business_unit=business_unit, service=service
    )
    return assignment


@transaction.atomic
def end_role(assignment: RoleAssignment) -> None:
    """The role is not held any longer."""
    assignment.delete()


@transaction.atomic
def create_team(*, name: str, members: Iterable[User] = ()) -> Team:
    """Put people together, so that they can hold roles together."""
    team = Team(name=name.strip())
    team.full_clean()
    team.save(force_insert=True)
    team.members.set(members)
    return team


@transaction.atomic
def deactivate_user(user: User, *, actor: User, now: datetime) -> None:
    """The user is out at once: sessions end, tokens are revoked, and both stay so.

    Raises ValidationError for oneself: nobody locks the last door from outside.
    """
    if user.pk == actor.pk:
        raise ValidationError("You cannot deactivate yourself.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    live = Session.objects.filter(expire_date__gt=now)
    own = [s.pk for s in live.iterator() if s.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()


@transaction.atomic
def activate_user(user: User) -> None:
    """The user may sign in again."""
    user.is_active = True
    user.save(update_fields=["is_active"])


@transaction.atomic
def start_seeing_as(admin: User, seen_as: User, *, now: datetime) -> Impersonation:
    """Put on record that the administrator looks with somebody's eyes from now on."""
    if admin.pk == seen_as.pk or not seen_as.is_active:
        raise ValidationError("Choose somebody else who may sign in.")
    return Impersonation.objects.create(admin=admin, seen_as=seen_as, started_at=now)


@transaction.atomic
def stop_seeing_as(admin: User, *, now: datetime) -> None:
    """Put on record that it is over."""
    Impersonation.objects.filter(admin=admin, ended_at=None).update(ended_at=now)


@transaction.atomic
def ensure_admin(*, username: str, password: str) -> User | None:
    """The first administrator; None when there is one already.

    The first one is alone and must be able to begin, so promises and money come along as
    roles of their own, which can be ended once others hold them.
    """
    if User.objects.filter(is_superuser=True).exists():
        return None
    try:
        with transaction.atomic():
            admin = User.objects.create_superuser(username=username, password=password)
    except IntegrityError:
        return None  # another process was first
    for role in FIRST_ROLES:
        assign_role(admin, role)
    return admin


@transaction.atomic
def load_catalog(
    *,
    users: Sequence[User],
    units: Sequence[BusinessUnit],
    services: Sequence[Service],
    roles: Sequence[RoleAssignment],
) -> None:
    """Take in a whole company that is known to be right, parents before children."""
    slugs = free_slugs([service.name for service in services])
    for service, slug in zip(services, slugs, strict=True):
        service.slug = slug
    User.objects.bulk_create(users)
    BusinessUnit.objects.bulk_create(units)
    Service.objects.bulk_create(services)
    RoleAssignment.objects.bulk_create(roles)


@transaction.atomic
def remove_demo() -> dict[str, int]:
    """Take every demo row away with what hangs on it; what is real lets go of it."""
    demo_units = BusinessUnit.objects.filter(is_demo=True)
    Service.objects.filter(is_demo=False, business_unit__in=demo_units).update(
        business_unit=None
    )
    BusinessUnit.objects.filter(is_demo=False, parent__in=demo_units).update(parent=None)
    removed = {
        "services": Service.objects.filter(is_demo=True).count(),
        "business units": demo_units.count(),
        "users": User.objects.filter(is_demo=True).count(),
    }
    Service.objects.filter(is_demo=True).delete()
    while (leaves := demo_units.filter(children=None)).exists():
        leaves.delete()
    User.objects.filter(is_demo=True).delete()
    return removed


def free_slugs(names: list[str]) -> list[str]:
    """An unused address for each name, numbered where two would be the same."""
    taken = set(Service.objects.values_list("slug", flat=True)) if names else set()
    taken |= RESERVED_SLUGS
    slugs = []
    for name in names:
        stem = slugify(name)[:130] or "service"
        slug, n = stem, 1
        while slug in taken:
            n += 1
            slug = f"{stem}-{n}"
        taken.add(slug)
        slugs.append(slug)
    return slugs


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - SERVICE_FIELDS
    if unknown:
        raise TypeError(f"a service has no {', '.join(sorted(unknown))}")
    return fields


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog_businessunit'))")


def _lock_names() -> None:
    """Two that add a service at a time would both find its name and its address free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog_service'))")
