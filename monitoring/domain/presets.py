"""Ready-made monitors: sensible terms for what people watch most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of monitor under its everyday name, with the terms it starts from."""

    label: str
    kind: str
    initial: dict[str, Any] = field(default_factory=dict)


PRESETS = {
    "website": Preset("Website", "http", {"interval_seconds": 60, "timeout_ms": 10_000}),
    "api": Preset(
        "API health",
        "http",
        {"interval_seconds": 30, "timeout_ms": 5_000, "expected_status": 200},
    ),
    "port": Preset("TCP port", "tcp", {"interval_seconds": 60, "timeout_ms": 5_000}),
    "passive": Preset("Results from outside", "passive", {"confirm_down": 1}),
}
FIRST = "website"
