"""Which addresses a monitor may reach: the verdict is on the address, never on the name.

It is asked about each address that is about to be connected to, so a name that answers
differently the second time has nothing to gain. Private and loopback ranges are refused
unless the operator lists them; some addresses are refused whatever is listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# Link-local, cloud metadata, this host, multicast, reserved.
NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
    )
)
# They carry an IPv4 address to a gateway that unpacks it; Python calls some of them global.
TRANSLATED = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0:0/96",  # stateless translation
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "::/96",  # IPv4-compatible
    )
)
LOOPBACK6 = ip_address("::1")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The listed ranges. Raises ValueError for what is not one."""
    return tuple(ip_network(text) for text in texts)


def refusal(address: str, *, allowed: Iterable[Network] = ()) -> str | None:
    """Why the address must not be reached; None when it may be."""
    try:
        ip = _plain(ip_address(address.partition("%")[0]))
    except ValueError:
        return f"{address} is not an IP address"
    if _is_in(ip, NEVER):
        return f"{ip} is never reached: it is link-local, metadata, multicast or reserved"
    if ip != LOOPBACK6 and _is_in(ip, TRANSLATED):
        return f"{ip} is never reached: it hides another address"
    if _is_in(ip, allowed):
        return None
    if not ip.is_global:
        return f"{ip} is private; it is reached only if BSM_MONITOR_CIDRS lists it"
    return None


def _plain(ip: Address) -> Address:
    """An IPv4 address in IPv6 clothes is judged as what it is."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip


def _is_in(ip: Address, ranges: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in ranges)
