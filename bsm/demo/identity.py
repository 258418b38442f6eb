"""The ids of demo rows: the same seed gives the same ids, so the same slots and shards."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_DNS, UUID, uuid5

from bsm.kernel.subjects import Subject

DEMO = uuid5(NAMESPACE_DNS, "demo.bsm.invalid")


@dataclass(frozen=True, slots=True)
class Identity:
    seed: int

    def of(self, what: str) -> UUID:
        return uuid5(DEMO, f"{self.seed} {what}")

    def service(self, key: str) -> UUID:
        return self.of(f"service:{key}")

    def ci(self, label: str) -> UUID:
        return self.of(f"ci:{label}")

    def user(self, login: str) -> UUID:
        return self.of(f"user:{login}")

    def unit(self, name: str) -> UUID:
        return self.of(f"unit:{name}")

    def subject(self, node: str) -> Subject:
        """The subject that a node of the estate stands for."""
        is_service = node.startswith("service:")
        id = self.of(node)
        return Subject.service(id) if is_service else Subject.ci(id)

    def sides(self, node: str, prefix: str = "") -> dict[str, UUID]:
        """The node as the one of two foreign keys that is filled."""
        subject = self.subject(node)
        return {f"{prefix}{subject.kind}_id": subject.id}
