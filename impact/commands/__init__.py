"""Writing the map, and what follows from it: health and outages."""

from impact.commands.dependency import add_dependency, remove_dependency
from impact.commands.health import rebuild_health

__all__ = ["add_dependency", "rebuild_health", "remove_dependency"]
