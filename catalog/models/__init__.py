"""The tables of the catalogue."""

from catalog.models.business import BusinessUnit
from catalog.models.people import Impersonation, Role, RoleAssignment, Team, User
from catalog.models.service import Criticality, LifecycleState, Service

__all__ = [
    "BusinessUnit",
    "Criticality",
    "Impersonation",
    "LifecycleState",
    "Role",
    "RoleAssignment",
    "Service",
    "Team",
    "User",
]
