"""What a fact is about: a service or a CI, written as "service:<id>" or "ci:<id>"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class NodeKind(StrEnum):
    SERVICE = "service"
    CI = "ci"


@dataclass(frozen=True, order=True, slots=True)
class Subject:
    kind: NodeKind
    id: UUID

    @classmethod
    def service(cls, id: UUID) -> Subject:
        return cls(NodeKind.SERVICE, id)

    @classmethod
    def ci(cls, id: UUID) -> Subject:
        return cls(NodeKind.CI, id)

    @classmethod
    def of(cls, *, service_id: UUID | None, ci_id: UUID | None) -> Subject:
        """The one of the two that is there."""
        if service_id is not None:
            return cls.service(service_id)
        if ci_id is not None:
            return cls.ci(ci_id)
        raise ValueError("a subject is a service or a CI")

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Raises ValueError for anything that is not written like "ci:<id>"."""
        kind, _, id = text.partition(":")
        return cls(NodeKind(kind), UUID(id))

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
