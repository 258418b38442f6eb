"""The one place where sockets for monitors are opened: only to addresses that are allowed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitoring.domain.refusal import Network, networks, refusal

Resolved = tuple[socket.AddressFamily, tuple[str, int]]


class Refused(Exception):
    """The address may not be reached."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What the operator allows, and the doors of our own that stay closed all the same."""

    allowed: tuple[Network, ...] = ()
    closed: frozenset[tuple[str, int]] = field(default_factory=frozenset)

    @classmethod
    def of(cls, cidrs: Iterable[str], own: Iterable[tuple[str, int]] = ()) -> Guard:
        """`own` are the host and port of our own database and broker, on a network."""
        closed = {
            (address, port) for host, port in own for address in _addresses_of(host, port)
        }
        return cls(networks(cidrs), frozenset(closed))

    def refusal(self, address: str, port: int) -> str | None:
        """Why no socket is opened to the address; None when one is."""
        if (address, port) in self.closed:
            return f"{address}:{port} belongs to the portal itself"
        return refusal(address, allowed=self.allowed)

    async def resolved(self, host: str, port: int) -> list[Resolved]:
        """The addresses of a host that may be reached. Raises Refused when one may not.

        Whoever connects uses these addresses, not the name: a second look-up could answer
        differently.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses: list[Resolved] = []
        for family, _, _, _, place in found:
            address = str(place[0])
            reason = self.refusal(address, port)
            if reason:
                raise Refused(reason)
            addresses.append((family, (address, port)))
        return addresses


def _addresses_of(host: str, port: int) -> set[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(place[0]) for *_, place in found}
