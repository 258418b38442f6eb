"""The map of a service as the page draws it."""

from __future__ import annotations

from typing import Any

from bsm.web.status import look
from impact.domain.groups import Mode
from impact.models import GroupMode
from impact.queries import ServiceMap

WORDS = {Mode.WORST: "needs", Mode.BEST: "one of them is enough"}


def service_map(drawn: ServiceMap) -> dict[str, Any]:
    """Nodes and edges in words, shapes and addresses."""
    names = {entry.subject: entry.name for entry in drawn.entries}
    root = drawn.entries[0]
    return {
        "id": "service-map",
        "label": f"What {root.name} depends on",
        "nodes": [
            {
                "id": str(entry.subject),
                "label": entry.name,
                "kind": entry.subject.kind.value,
                "status": look(entry.label).kind,
                "word": look(entry.label).word,
                "url": entry.url,
                "sort": entry.kind,
            }
            for entry in drawn.entries
        ],
        "edges": [
            {
                "source": str(link.parent),
                "target": str(link.child),
                "source_label": names[link.parent],
                "target_label": names[link.child],
                "label": WORDS.get(Mode(link.mode), GroupMode(link.mode).label),
                "mode": str(link.mode),
            }
            for link in drawn.links
        ],
    }
