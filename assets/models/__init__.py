"""The tables of the configuration management database."""

from assets.models.ci import CI, CIType, Environment
from assets.models.relationship import Relationship, RelationshipKind

__all__ = ["CI", "CIType", "Environment", "Relationship", "RelationshipKind"]
