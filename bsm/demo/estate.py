"""What the demo company runs on, how it hangs together, and what of it is watched.

Nodes are written "service:<key>" or "ci:<name>". Pure: no database, no clock, no chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from bsm.demo.company import OFFERS, Offer

SITES = ("frankfurt-east", "hamburg-harbour")
BRANCH_TOWNS = (
    "altenrode", "birkenau-west", "dornfeld", "eschenthal", "falkenmark", "grauwerth",
    "hohenlinde", "isarwerder", "kaltenbruch", "lerchenhain", "moorbek", "nesselwang-nord",
    "ostermoor", "pfauenried", "quellwerder", "rabenfurt", "steinhude-west", "tannrode",
)  # fmt: skip
SERVERS_PER_SITE = 14
NETWORK, SSO, BUS = "service:network", "service:sso", "service:bus"


@dataclass(frozen=True, slots=True)
class Thing:
    """A configuration item."""

    name: str
    type: str
    environment: str = "production"

    @property
    def label(self) -> str:
        """The name that links use: a staging twin has the name of the real one."""
        return self.name if self.environment == "production" else f"{self.name}@staging"

    @property
    def node(self) -> str:
        return f"ci:{self.label}"


@dataclass(frozen=True, slots=True)
class Link:
    """The source CI stands in this relation to the target CI."""

    source: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Need:
    """The parent node needs the child node; members of one `group` stand in for each other.

    A comfort is missed when it fails, but the parent works on, less well.
    """

    parent: str
    child: str
    group: str = ""
    is_comfort: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """A node that is asked over and over; `number` is its page below /demo-target/."""

    number: int
    node: str
    name: str


@dataclass(slots=True)
class Estate:
    """Everything below the services. `size` services at most: the first ones of the list."""

    size: int = len(OFFERS)
    things: list[Thing] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)

    def add(self, name: str, type: str, environment: str = "production") -> str:
        self.things.append(Thing(name, type, environment))
        return name

    @property
    def offers(self) -> tuple[Offer, ...]:
        return OFFERS[: self.size]


class Company:
    """The whole company: offers, things, links, needs and watches, ready to be read."""

    def __init__(self, size: int = len(OFFERS)) -> None:
        estate = Estate(size)
        _sites(estate)
        _network(estate)
        for place, offer in enumerate(estate.offers):
            BUILDS[offer.build](estate, offer, place)
        if size == len(OFFERS):
            _branches(estate)
        _watch(estate)
        self.offers = estate.offers
        self.things = tuple(estate.things)
        self.links = tuple(estate.links)
        self.needs = tuple(dict.fromkeys(estate.needs))
        self.watches = tuple(estate.watches)

    @cached_property
    def watched(self) -> frozenset[str]:
        return frozenset(watch.node for watch in self.watches)

    @cached_property
    def felt_by(self) -> dict[str, tuple[str, ...]]:
        """The watched services above each watched node that cannot do without it."""
        parents: dict[str, list[str]] = defaultdict(list)
        for need in self.needs:
            if not need.group and not need.is_comfort:
                parents[need.child].append(need.parent)
        return {
            watch.node: tuple(
                node
                for node in _above(watch.node, parents)
                if node.startswith("service:") and node in self.watched
            )
            for watch in self.watches
        }

    def below(self, node: str) -> frozenset[str]:
        """The node and all it needs, whether it could do without or not."""
        children: dict[str, list[str]] = defaultdict(list)
        for need in self.needs:
            children[need.parent].append(need.child)
        return frozenset({node, *_above(node, children)})


def _above(node: str, parents: dict[str, list[str]]) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(parents.get(node, ()))
    while waiting:
        if (parent := waiting.pop(0)) not in found:
            found[parent] = None
            waiting += parents.get(parent, ())
    return list(found)


def _sites(estate: Estate) -> None:
    for site in SITES:
        building = estate.add(f"dc-{site}", "facility")
        for room in ("a", "b"):
            hall = estate.add(f"dc-{site}-hall-{room}", "facility")
            estate.links.append(Link(hall, "part_of", building))
        array = estate.add(f"san-{site}", "storage")
        estate.add(f"backup-{site}", "storage")
        for n in range(1, SERVERS_PER_SITE + 1):
            host = estate.add(_host(site, n), "server")
            hall = f"dc-{site}-hall-{'ab'[n % 2]}"
            estate.links += [Link(host, "part_of", hall), Link(host, "uses", array)]
        estate.add(f"lb-{site}", "load_balancer")


def _network(estate: Estate) -> None:
    for site in SITES:
        core = estate.add(f"core-switch-{site}", "network")
        wall = estate.add(f"firewall-{site}", "network")
        estate.links += [
            Link(wall, "connects_to", core),
            Link(f"lb-{site}", "connects_to", core),
            Link(core, "part_of", f"dc-{site}"),
        ]
        for n in range(1, 4):
            leaf = estate.add(f"leaf-switch-{site}-{n}", "network")
            estate.links.append(Link(leaf, "connects_to", core))
        estate.needs += [
            Need(NETWORK, f"ci:{core}", "Core switches"),
            Need(NETWORK, f"ci:{wall}", "Firewalls"),
        ]


def _branches(estate: Estate) -> None:
    for town in BRANCH_TOWNS:
        router = estate.add(f"router-branch-{town}", "network")
        radio = estate.add(f"wifi-branch-{town}", "network")
        estate.links += [
            Link(router, "connects_to", "core-switch-frankfurt-east"),
            Link(radio, "connects_to", router),
        ]


def _host(site: str, n: int) -> str:
    return f"esx-{site}-{n:02}"


def _application(estate: Estate, offer: Offer) -> str:
    app = estate.add(f"{offer.key}-app", "application")
    estate.needs.append(Need(f"service:{offer.key}", f"ci:{app}"))
    return app


def _machines(estate: Estate, offer: Offer, place: int, count: int) -> None:
    """Virtual machines, one a site, any of which is enough."""
    app = f"{offer.key}-app"
    for n in range(count):
        machine = estate.add(f"{offer.key}-vm-{n + 1}", "virtual_machine")
        host = _host(SITES[n % 2], place % SERVERS_PER_SITE + 1)
        estate.links += [Link(app, "hosted_on", machine), Link(machine, "hosted_on", host)]
        group = "Machines" if count > 1 else ""
        estate.needs += [
            Need(f"ci:{app}", f"ci:{machine}", group),
            Need(f"ci:{machine}", f"ci:{host}"),
        ]


def _database(estate: Estate, offer: Offer, place: int) -> None:
    app = f"{offer.key}-app"
    base = estate.add(f"{offer.key}-db", "database")
    host = _host(SITES[place % 2], (place + 5) % SERVERS_PER_SITE + 1)
    estate.links += [Link(app, "uses", base), Link(base, "hosted_on", host)]
    estate.needs.append(Need(f"ci:{app}", f"ci:{base}"))


def _test_stage(estate: Estate, offer: Offer) -> None:
    app = estate.add(f"{offer.key}-app", "application", "staging")
    machine = estate.add(f"{offer.key}-vm-test", "virtual_machine", "staging")
    base = estate.add(f"{offer.key}-db", "database", "staging")
    estate.links += [
        Link(f"{app}@staging", "hosted_on", f"{machine}@staging"),
        Link(f"{app}@staging", "uses", f"{base}@staging"),
    ]


def _stand_on(estate: Estate, offer: Offer, *platforms: str) -> None:
    """A service nobody watches says nothing of itself, so nothing is told of it either."""
    if offer.is_measured:
        estate.needs += [Need(f"service:{offer.key}", platform) for platform in platforms]


def _build_network(estate: Estate, offer: Offer, place: int) -> None:
    for site in SITES:
        estate.add(f"wan-link-{site}", "network")
        estate.needs.append(Need(NETWORK, f"ci:wan-link-{site}", "Wide area links"))


def _build_platform(estate: Estate, offer: Offer, place: int) -> None:
    _application(estate, offer)
    _machines(estate, offer, place, 2)
    if offer.key == "bus":
        queue = estate.add("bus-broker", "queue")
        estate.needs.append(Need("ci:bus-app", f"ci:{queue}"))
        estate.links.append(Link("bus-app", "uses", queue))
    else:
        _database(estate, offer, place)
    _stand_on(estate, offer, NETWORK)


def _build_web(estate: Estate, offer: Offer, place: int) -> None:
    app = _application(estate, offer)
    _machines(estate, offer, place, 2)
    _database(estate, offer, place)
    _test_stage(estate, offer)
    estate.needs += [Need(f"ci:{app}", f"ci:lb-{site}", "Load balancers") for site in SITES]
    for comfort in COMFORTS.get(offer.key, ()):
        feature = estate.add(f"{offer.key}-{comfort}", "cloud")
        need = Need(f"service:{offer.key}", f"ci:{feature}", comfort, is_comfort=True)
        estate.needs.append(need)
        estate.links.append(Link(app, "uses", feature))
    _stand_on(estate, offer, SSO, NETWORK)


def _build_core(estate: Estate, offer: Offer, place: int) -> None:
    app = _application(estate, offer)
    _machines(estate, offer, place, 2)
    _database(estate, offer, place)
    _test_stage(estate, offer)
    queue = estate.add(f"{offer.key}-queue", "queue")
    estate.links.append(Link(app, "uses", queue))
    estate.needs.append(Need(f"ci:{app}", f"ci:{queue}"))
    _stand_on(estate, offer, BUS, NETWORK)


def _build_cloud(estate: Estate, offer: Offer, place: int) -> None:
    app = _application(estate, offer)
    store = estate.add(f"{offer.key}-cloud-store", "cloud")
    for n in (1, 2):
        container = estate.add(f"{offer.key}-pod-{n}", "container")
        estate.links.append(Link(app, "hosted_on", container))
        estate.needs.append(Need(f"ci:{app}", f"ci:{container}", "Pods"))
    estate.links.append(Link(app, "uses", store))
    estate.needs.append(Need(f"ci:{app}", f"ci:{store}"))
    _stand_on(estate, offer, SSO)


def _build_desk(estate: Estate, offer: Offer, place: int) -> None:
    _application(estate, offer)
    _machines(estate, offer, place, 1)
    _database(estate, offer, place)
    _stand_on(estate, offer, SSO, NETWORK)


# What a service can go without, at a price.
COMFORTS = {
    "broker-extranet": ("prefill", "preview"),
    "online-banking": ("statements", "card-control", "chat", "budget-view"),
    "claims-portal": ("photo-upload", "garage-finder"),
}
BUILDS = {
    "network": _build_network,
    "platform": _build_platform,
    "web": _build_web,
    "core": _build_core,
    "cloud": _build_cloud,
    "desk": _build_desk,
}
WATCHED_TYPES = frozenset({"database", "load_balancer", "queue", "cloud"})
WATCHED_DEVICES = ("core-switch-", "firewall-", "wan-link-", "san-")


def _watch(estate: Estate) -> None:
    names = [
        (f"service:{offer.key}", f"{offer.name}: front door")
        for offer in estate.offers
        if offer.is_measured
    ]
    names += [(thing.node, f"{thing.name}: alive") for thing in _watched(estate.things)]
    hidden = tuple(f"ci:{offer.key}-" for offer in estate.offers if not offer.is_measured)
    names = [(node, name) for node, name in names if not node.startswith(hidden)]
    estate.watches = [Watch(n, node, name) for n, (node, name) in enumerate(names, start=1)]


def _watched(things: Iterable[Thing]) -> Iterable[Thing]:
    for thing in things:
        is_device = thing.name.startswith(WATCHED_DEVICES)
        if thing.environment == "production" and (thing.type in WATCHED_TYPES or is_device):
            yield thing
