"""Who may do what where: the roles and permissions of the portal, as data.

A role is held in a scope: everything, a business unit with all below it, or one service. The
matrix says in which scopes a role carries an action; what the scope covers is then all that
the action reaches. What is not in the matrix is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RoleName(StrEnum):
    """The roles, by the values that are stored."""

    VIEWER = "viewer"
    BUSINESS_OWNER = "business_owner"
    SERVICE_OWNER = "service_owner"
    SLA_MANAGER = "sla_manager"
    FINANCE = "finance"
    ADMIN = "admin"


class Scope(StrEnum):
    """How far an assignment reaches."""

    EVERYTHING = "everything"
    UNIT = "unit"
    SERVICE = "service"


class Action(StrEnum):
    """What somebody may do; the value finishes the sentence "may …"."""

    SEE_OFFER = "see services on offer"
    SEE_PIPELINE = "see proposed and retired services"
    EDIT_SERVICE = "change services"
    ADD_SERVICE = "add services and business units"
    EDIT_MONITORS = "change monitors and record results"
    EDIT_MAP = "change the map"
    EDIT_ASSETS = "change assets"
    EDIT_PROMISES = "make and change agreements"
    EDIT_CALENDARS = "change service hours"
    PROPOSE_EXCLUSION = "ask for exclusions"
    APPROVE_EXCLUSION = "decide on exclusions"
    SEE_COSTS = "see costs"
    EDIT_COSTS = "value services"
    IMPORT_HISTORY = "import check history"
    MANAGE_PEOPLE = "manage people and roles"


ANY = frozenset(Scope)
# What concerns the whole portal takes a role that is held for all of it.
WHOLE = frozenset({Scope.EVERYTHING})

_V, _B, _S, _L, _F, _A = RoleName

MATRIX: Mapping[Action, Mapping[RoleName, frozenset[Scope]]] = {
    Action.SEE_OFFER: {_V: ANY, _B: ANY, _S: ANY, _L: ANY, _F: ANY, _A: ANY},
    Action.SEE_PIPELINE: {_B: ANY, _S: ANY, _L: ANY, _F: ANY, _A: ANY},
    Action.EDIT_SERVICE: {_S: ANY, _A: ANY},
    Action.ADD_SERVICE: {_A: WHOLE},
    Action.EDIT_MONITORS: {_S: ANY, _A: ANY},
    Action.EDIT_MAP: {_S: ANY, _A: ANY},
    Action.EDIT_ASSETS: {_S: WHOLE, _A: WHOLE},
    Action.EDIT_PROMISES: {_L: ANY},
    Action.EDIT_CALENDARS: {_L: WHOLE},
    Action.PROPOSE_EXCLUSION: {_S: ANY, _L: ANY},
    Action.APPROVE_EXCLUSION: {_B: ANY, _L: ANY},
    Action.SEE_COSTS: {_B: ANY, _S: ANY, _F: ANY, _A: ANY},
    Action.EDIT_COSTS: {_F: ANY},
    Action.IMPORT_HISTORY: {_A: WHOLE},
    Action.MANAGE_PEOPLE: {_A: WHOLE},
}


def allows(role: str, action: Action, scope: Scope) -> bool:
    """Whether the role, held in such a scope, carries the action for what the scope covers."""
    return scope in MATRIX[action].get(RoleName(role), frozenset())


def roles_for(action: Action) -> list[RoleName]:
    """The roles that carry the action in some scope, in the order of the matrix."""
    return [role for role in RoleName if MATRIX[action].get(role)]
