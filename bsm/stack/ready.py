"""Asking the web process whether the portal can serve. Also the health check of a container."""

from __future__ import annotations

import http.client
import os
import socket

from bsm.stack import portal
from bsm.stack.processes import CannotStart

PATH = "/readyz"


def is_ready(path: str = PATH) -> bool:
    """Straight to the port: a proxy from the environment has no business here."""
    name = portal.address().removeprefix("http://").rpartition(":")[0].strip("[]")
    connection = http.client.HTTPConnection(name, portal.port(), timeout=5)
    try:
        connection.request("GET", path, headers={"Host": _host_header()})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def refuse_taken_port() -> None:
    family = socket.AF_INET6 if ":" in portal.host() else socket.AF_INET
    try:
        socket.create_server((portal.host(), portal.port()), family=family).close()
    except OSError as reason:
        raise CannotStart(
            f"Cannot listen on {portal.host()} port {portal.port()}: {reason.strerror}.\n"
            "Choose another: BSM_PORT=8001 make run"
        ) from reason


def _host_header() -> str:
    """A name that Django's ALLOWED_HOSTS lets through."""
    allowed = os.environ.get("BSM_ALLOWED_HOSTS", "").replace(",", " ").split()
    first = allowed[0].lstrip(".") if allowed else "127.0.0.1"
    return "localhost" if first == "*" else first
