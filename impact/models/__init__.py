"""The tables of impact."""

from impact.models.dependency import Dependency, DependencyGroup, GroupMode
from impact.models.outage import NodeState, Outage

__all__ = ["Dependency", "DependencyGroup", "GroupMode", "NodeState", "Outage"]
