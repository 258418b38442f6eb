"""What the browser gets: built, complete, small enough, and from this house alone."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from bsm.web.nav import SECTIONS

ROOT = Path(settings.BASE_DIR)
DIST = ROOT / "static" / "dist"
BUDGETS_KB = {"app.js": 26, "bsm.css": 14, "icons.svg": 6, "charts.js": 520, "graph.js": 170}

built = pytest.mark.skipif(
    not (DIST / "app.js").exists(), reason="the front end is not built: make setup"
)


@built
@pytest.mark.parametrize("name", BUDGETS_KB)
def test_a_file_keeps_its_budget_and_is_packed(name: str) -> None:
    content = (DIST / name).read_bytes()

    packed = (DIST / f"{name}.gz").read_bytes()
    assert len(packed) <= BUDGETS_KB[name] * 1024
    assert gzip.decompress(packed) == content
    assert (DIST / f"{name}.br").exists()


@built
def test_the_style_sheet_loads_nothing_but_the_font() -> None:
    addresses = re.findall(r"url\(\"?([^)\"]+)", (DIST / "bsm.css").read_text())

    assert len(addresses) == 1
    assert addresses[0].startswith("inter.woff2?v=")


@built
def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    there = set(re.findall(r'<symbol id="([\w-]+)"', (DIST / "icons.svg").read_text()))
    used: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'\{% icon "([\w-]+)"', template.read_text()))
    used |= {item.icon for _, items in SECTIONS for item in items}
    assert used <= there
    assert {f"status-{kind}" for kind in ("ok", "warn", "crit", "maint", "unknown")} <= there


def test_packages_are_pinned_by_version_and_content_and_name_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())

    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry.get("integrity") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}.values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
