"""Two business units with the same in each, and people with every role in every scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from bsm import pipeline
from bsm.kernel.intervals import Interval
from catalog.commands import assign_role, create_business_unit
from catalog.domain.access import MATRIX, Action, RoleName, Scope
from catalog.models import LifecycleState, Role, Service, User
from finance.commands import set_business_value
from finance.models import DowntimeCost
from impact.models import Outage
from monitoring.commands import record_results
from monitoring.domain.observation import Observation
from monitoring.domain.status import Outcome
from monitoring.models import Incident
from sla.commands import request_exclusion
from sla.models import Agreement, PeriodResult
from tests.factories import (
    make_agreement,
    make_ci,
    make_dependency,
    make_monitor,
    make_service,
    make_user,
)

INSIDE, OUTSIDE = "Inside", "Outside"
LOSS = {INSIDE: Decimal(1237), OUTSIDE: Decimal(7013)}


@dataclass
class Side:
    """What there is of one business unit."""

    shop: Service
    idea: Service  # proposed
    things: dict[str, object]  # by the name of what takes them in an address


def a_world() -> dict[str, Side]:
    now = timezone.now()
    above = create_business_unit(name="Trade")
    units = {
        INSIDE: create_business_unit(name="Shops", parent=above),
        OUTSIDE: create_business_unit(name="Law"),
    }
    rack = make_ci("Rack")
    world = {}
    for name, unit in units.items():
        shop = make_service(f"{name} shop", business_unit=unit)
        idea = make_service(f"{name} idea", business_unit=unit, state=LifecycleState.PROPOSED)
        monitor = make_monitor(shop, created_at=now - timedelta(days=1), name=f"{name} probe")
        dependency = make_dependency(shop, rack)
        promise = make_agreement(shop)
        agreement = promise.version.agreement
        Agreement.objects.filter(pk=agreement.pk).update(name=f"{name} agreement")
        set_business_value(shop, hourly_loss=LOSS[name], currency="EUR", now=now)
        seen = Observation(now - timedelta(hours=2), Outcome.FAIL, message="refused")
        record_results(monitor, [seen], now=now)
        span = Interval(now - timedelta(minutes=9), now)
        exclusion = request_exclusion(
            service=shop,
            span=span,
            requester=make_user(),
            now=now,
            category="customer_caused",
            reason=f"{name} reason",
        )
        things = {"monitor": monitor, "dependency": dependency, "agreement": agreement}
        world[name] = Side(shop, idea, {**things, "exclusion": exclusion, "rack": rack})
    pipeline.drain()
    for side in world.values():
        outage = Outage.objects.get(service=side.shop)
        side.things |= {
            "outage": outage,
            "cost": DowntimeCost.objects.get(outage=outage),
            "incident": Incident.objects.get(monitor__service=side.shop),
            "result": PeriodResult.objects.filter(commitment__service=side.shop).latest("pk"),
        }
    return world


Holding = tuple[RoleName, Scope]
GIVEN = [(role, scope) for role in RoleName for scope in Scope]
NO_ROLE, ACCOUNTABLE = "no role", "accountable"
PEOPLE = [*GIVEN, NO_ROLE, ACCOUNTABLE]


def person(who: Holding | str, world: dict[str, Side]) -> User:
    user = make_user()
    inside = world[INSIDE].shop
    if who == ACCOUNTABLE:
        Service.objects.filter(pk=inside.pk).update(owner=user)
    if not isinstance(who, str):
        role, scope = who
        unit = inside.business_unit
        assert unit is not None
        where = {Scope.UNIT: {"business_unit": unit.parent}, Scope.SERVICE: {"service": inside}}
        assign_role(user, Role(role), **where.get(scope, {}))
    return user


def holdings(who: Holding | str) -> list[Holding]:
    if who == NO_ROLE:
        return [(RoleName.VIEWER, Scope.EVERYTHING)]
    if who == ACCOUNTABLE:
        return [
            (RoleName.VIEWER, Scope.EVERYTHING),
            (RoleName.SERVICE_OWNER, Scope.SERVICE),
        ]
    assert not isinstance(who, str)
    return [who]


def allowed(who: Holding | str, action: Action, target: str | None, *, idea: bool = False):
    """What the matrix says; target None is the portal, "" anything at all."""
    return any(
        scope in MATRIX[action].get(role, ())
        and (scope is Scope.EVERYTHING or covers(scope, target, idea=idea))
        for role, scope in holdings(who)
    )


def covers(scope: Scope, target: str | None, *, idea: bool) -> bool:
    if target == "":
        return True
    return target == INSIDE and (scope is Scope.UNIT or not idea)


def sees(who: Holding | str, target: str, *, idea: bool = False) -> bool:
    return allowed(who, Action.SEE_PIPELINE, target, idea=idea) or (
        not idea and allowed(who, Action.SEE_OFFER, target)
    )
