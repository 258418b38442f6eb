"""PostgreSQL and Valkey in one home, for the supervisor and for a single command alike."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bsm.stack import addresses, postgres, valkey
from bsm.stack.processes import Guard, Program, stop

Launch = Callable[[], "subprocess.Popen[bytes]"]
Tell = Callable[[str], None]
# The portal watches itself at first start; what else it may reach is for people to say.
# Both, for a system may know localhost by either.
NETWORK_OF_AN_EMBEDDED_PORTAL = "127.0.0.0/8 ::1/128"


@dataclass
class Server:
    """A program of ours that runs, and how to run it again."""

    program: Program
    launch: Launch
    process: subprocess.Popen[bytes]
    # When to start it again, while it is dead; by the monotonic clock.
    due: float | None = None


@dataclass
class Databases:
    """The servers started here, and the variables by which everyone reaches them."""

    servers: list[Server] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    # Where psql, pg_dump and the like are, for commands that run beside the servers.
    binaries: Path | None = None

    def stop(self, guard: Guard) -> None:
        """The broker first: nothing may be accepted that could no longer be written."""
        for server in reversed(self.servers):
            stop(server.process, server.program)
            guard.remove(server.process.pid)
        self.servers.clear()


def start_databases(
    home: Path, guard: Guard, databases: Databases, *, throwaway: bool, tell: Tell
) -> None:
    """Start what the environment does not name, and note down where everything is.

    Filled in as it goes, so that the caller can stop what did start when the rest does not.
    """
    if given := os.environ.get("DATABASE_URL"):
        databases.variables["DATABASE_URL"] = given
    else:
        cluster = postgres.prepare(home, throwaway=throwaway)
        _add(
            databases,
            guard,
            Server(
                postgres.program(cluster),
                lambda: postgres.launch(cluster),
                postgres.launch(cluster),
            ),
        )
        databases.variables["DATABASE_URL"] = cluster.url
        databases.variables["BSM_MONITOR_CIDRS"] = os.environ.get(
            "BSM_MONITOR_CIDRS", NETWORK_OF_AN_EMBEDDED_PORTAL
        )
        databases.binaries = cluster.binaries
        tell(f"PostgreSQL {postgres.installed_version()} is up")
    if given := os.environ.get("REDIS_URL"):
        databases.variables["REDIS_URL"] = given
    else:
        broker = valkey.prepare(home)
        _add(
            databases,
            guard,
            Server(
                valkey.program(broker),
                lambda: valkey.launch(broker),
                valkey.launch(broker),
            ),
        )
        databases.variables["REDIS_URL"] = broker.url
        tell("Valkey is up")
    port = os.environ.get("BSM_PORT") or "8000"
    # The port, too: `manage.py demo load` in another terminal polls this portal.
    addresses.write_state(home, databases.variables | {"BSM_PORT": port})


def _add(databases: Databases, guard: Guard, server: Server) -> None:
    guard.add(server.process.pid)
    databases.servers.append(server)
