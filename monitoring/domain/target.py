"""What a monitor asks: its target, checked field by field."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from monitoring.domain.refusal import Network, refusal

HTTP_KEYS = frozenset({"url", "expected_status", "body_contains"})
TCP_KEYS = frozenset({"host", "port"})
MAX_BODY_TEXT = 500


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """An address to ask for, and what the answer must be; no status means below 400."""

    url: str
    expected_status: int | None = None
    body_contains: str = ""


@dataclass(frozen=True, slots=True)
class TcpTarget:
    """A port that must take a connection."""

    host: str
    port: int


def faults(kind: str, target: dict[str, Any], allowed: Iterable[Network]) -> dict[str, str]:
    """What is wrong with a target, by field; nothing when it is right."""
    if kind == "http":
        return _unknown(target, HTTP_KEYS) | _http_faults(target, allowed)
    if kind == "tcp":
        return _unknown(target, TCP_KEYS) | _tcp_faults(target, allowed)
    return _unknown(target, frozenset())


def http_target(target: dict[str, Any]) -> HttpTarget:
    return HttpTarget(
        url=target["url"],
        expected_status=target.get("expected_status"),
        body_contains=target.get("body_contains") or "",
    )


def tcp_target(target: dict[str, Any]) -> TcpTarget:
    return TcpTarget(host=target["host"], port=target["port"])


def literal_address(host: str) -> str | None:
    """The address a host text stands for without any look-up, however it is written.

    `2130706433` and `0x7f.1` are 127.0.0.1 to every resolver.
    """
    bare = host.strip("[]").partition("%")[0]
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, bare)
        except (OSError, ValueError):
            continue
        return bare
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, ValueError):
        return None


def _http_faults(target: dict[str, Any], allowed: Iterable[Network]) -> dict[str, str]:
    found: dict[str, str] = {}
    url = target.get("url")
    if not isinstance(url, str) or not url.strip():
        found["url"] = "Enter the address to ask for."
    elif fault := _url_fault(url, allowed):
        found["url"] = fault
    status = target.get("expected_status")
    if status is not None and (not _is_whole(status) or not 100 <= status <= 599):
        found["expected_status"] = "A status is a whole number from 100 to 599."
    text = target.get("body_contains")
    if text is not None and (not isinstance(text, str) or len(text) > MAX_BODY_TEXT):
        found["body_contains"] = f"A text of at most {MAX_BODY_TEXT} characters."
    return found


def _url_fault(url: str, allowed: Iterable[Network]) -> str | None:
    if any(character.isspace() or ord(character) < 32 for character in url) or "\\" in url:
        return "An address has no spaces, line breaks or backslashes."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is not an address."
    if parts.scheme not in {"http", "https"}:
        return "Only http:// and https:// addresses can be monitored."
    if not host:
        return "The address names no host."
    if parts.username is not None or parts.password is not None:
        return "An address must not carry a user name or password."
    return _host_fault(host, allowed)


def _tcp_faults(target: dict[str, Any], allowed: Iterable[Network]) -> dict[str, str]:
    found: dict[str, str] = {}
    host = target.get("host")
    if not isinstance(host, str) or not host or len(host) > 253 or "/" in host or " " in host:
        found["host"] = "Enter a host name or an IP address."
    elif fault := _host_fault(host, allowed):
        found["host"] = fault
    port = target.get("port")
    if not _is_whole(port) or not 1 <= port <= 65535:
        found["port"] = "A port is a whole number from 1 to 65535."
    return found


def _host_fault(host: str, allowed: Iterable[Network]) -> str | None:
    address = literal_address(host)
    reason = refusal(address, allowed=allowed) if address else None
    return f"Refused: {reason}." if reason else None


def _unknown(target: dict[str, Any], known: frozenset[str]) -> dict[str, str]:
    strange = sorted(key for key in target if key not in known)
    return {"target": f"{strange[0]!r} is not a known key of a target."} if strange else {}


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
