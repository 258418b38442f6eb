"""Which services somebody has to look at, and in which order.

The catalogue does not know how a service runs or what was promised for it; whoever does
hands the answers down as plain yes or no.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Need(IntEnum):
    """Why somebody has to look at a service; the higher, the more urgent."""

    NONE = 0
    UNSEEN = 1
    OWNER = 2
    AT_RISK = 3
    DEGRADED = 4
    BREACHED = 5
    OUT = 6


# Nothing is known of a service that nobody watches, so it is counted by itself.
CALLS = frozenset({Need.OWNER, Need.AT_RISK, Need.DEGRADED, Need.BREACHED, Need.OUT})


@dataclass(frozen=True, slots=True)
class Situation:
    """How a service stands, in yes or no."""

    is_out: bool = False
    is_degraded: bool = False
    is_unseen: bool = False
    is_breached: bool = False
    is_at_risk: bool = False
    has_owner: bool = True

    @property
    def needs(self) -> list[Need]:
        """All there is to look at, the most urgent first."""
        found = {
            Need.OUT: self.is_out,
            Need.BREACHED: self.is_breached,
            Need.DEGRADED: self.is_degraded,
            Need.AT_RISK: self.is_at_risk,
            Need.OWNER: not self.has_owner,
            Need.UNSEEN: self.is_unseen,
        }
        return [need for need, holds in found.items() if holds]

    @property
    def worst(self) -> Need:
        return max(self.needs, default=Need.NONE)

    @property
    def calls_for_attention(self) -> bool:
        return bool(CALLS.intersection(self.needs))
