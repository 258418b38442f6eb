"""The main menu, by the names of routes."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    label: str
    route: str
    icon: str


SECTIONS: list[tuple[str, list[Item]]] = [
    ("Overview", [Item("Home", "home", "home")]),
    (
        "Services",
        [
            Item("Catalog", "catalog:services", "layout-grid"),
            Item("Promises", "sla:agreements", "file-certificate"),
            Item("Outages", "outages", "alert-octagon"),
        ],
    ),
    (
        "Underneath",
        [
            Item("Monitors", "monitoring:monitors", "activity"),
            Item("Assets", "assets:cis", "server"),
        ],
    ),
]
