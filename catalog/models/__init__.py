"""The tables of the catalogue."""

from catalog.models.business import BusinessUnit
from catalog.models.people import Role, RoleAssignment, User
from catalog.models.service import Criticality, LifecycleState, Service

__all__ = [
    "BusinessUnit",
    "Criticality",
    "LifecycleState",
    "Role",
    "RoleAssignment",
    "Service",
    "User",
]
