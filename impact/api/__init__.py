"""Impact for programs."""

from impact.api.dependency import Dependencies
from impact.api.outage import Outages, States
from impact.api.simulation import Simulations

__all__ = ["Dependencies", "Outages", "Simulations", "States"]
