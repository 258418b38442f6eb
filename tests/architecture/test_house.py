"""The house rules that a linter cannot say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework import serializers

ROOT = Path(__file__).parents[2]
APPS = ["catalog", "assets", "monitoring", "impact", "sla", "finance"]
MODULES = [
    path
    for package in ["bsm", *APPS]
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
DOORS = {"models", "queries", "commands", "domain"}  # what an app shows the apps above it
BANNED = {"utils", "helpers", "misc", "common", "services", "managers", "mixins"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "start with one line: what it is for"
    assert path.stem not in BANNED, "name it after what it holds"


def test_apps_meet_only_at_their_doors():
    graph = grimp.build_graph("bsm", *APPS)
    trespasses = [
        f"{importer} -> {imported}"
        for app in APPS
        for importer in graph.find_descendants(app)
        for imported in graph.find_modules_directly_imported_by(importer)
        if is_trespass(app, *imported.split("."))
    ]
    assert trespasses == []


def is_trespass(app: str, package: str, room: str = "", *_: str) -> bool:
    if package == "bsm":
        return room not in {"kernel", "web", "models"}
    return package in APPS and package != app and room not in DOORS


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_only_commands_write(path):
    """A table has one writer; the foundation's own tables are written by bsm alone."""
    if path.parts[len(ROOT.parts)] == "bsm" or {"commands", "engine"} & set(path.parts):
        pytest.skip("a writer")
    if path.name == "commands.py":
        pytest.skip("a writer")
    writes = re.findall(
        r"\.(?:save|bulk_create|bulk_update|update_or_create|get_or_create|delete)\(",
        path.read_text(),
    )
    assert writes == [], "a write belongs in commands.py"


def test_the_maths_reads_no_clock():
    offenders = [
        named(path)
        for path in MODULES
        if ("domain" in path.parts or "kernel" in path.parts)
        and re.search(r"\b(?:datetime\.now|timezone\.now|time\.time|today)\(", path.read_text())
    ]
    assert offenders == []


@pytest.mark.parametrize("model", apps.get_models(), ids=str)
def test_a_model_says_what_one_row_means(model):
    if model._meta.app_label not in {*APPS, "bsm"}:
        pytest.skip("not ours")
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), model


def test_migrations_are_named_for_what_they_do():
    names = [
        path.stem
        for app in ["bsm", *APPS]
        for path in (ROOT / app / "migrations").glob("0*.py")
    ]
    assert names
    assert not [name for name in names if "auto" in name]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_says_what_it_needs_and_carries_no_script_or_style(path):
    text = path.read_text()
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", text), "the content policy forbids it"
    inline = re.findall(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
    assert inline == [], "scripts are files"
    assert "|safe" not in text, "everything is escaped"
    if path.name.startswith("_"):
        head = text.removeprefix('{% extends "base.html" %}\n')
        assert head.startswith("{# Needs:"), "a piece says first what it needs"


def serializer_classes(parent: type = serializers.Serializer) -> Iterator[type]:
    for child in parent.__subclasses__():
        yield child
        yield from serializer_classes(child)


def test_serializers_list_their_fields():
    import bsm.urls  # noqa: F401, PLC0415

    loose = [
        child
        for child in serializer_classes()
        if getattr(getattr(child, "Meta", None), "fields", None) == "__all__"
    ]
    assert loose == []


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def test_every_setting_is_documented():
    read = set()
    for path in [ROOT / "bsm" / "settings.py", *(ROOT / "bsm" / "stack").glob("*.py")]:
        names = r'"(BSM_[A-Z_]+|DATABASE_URL|REDIS_URL|SECRET_KEY)"'
        read |= set(re.findall(names, path.read_text()))
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert sorted(name for name in read if name not in documented) == []


def test_every_endpoint_is_documented():
    documented = (ROOT / "docs" / "api.md").read_text()
    nouns = {
        match.group(1)
        for route in routes(get_resolver().url_patterns)
        if (match := re.match(r"api/v1/\^?([a-z-]+/[a-z-]+)", route))
    }
    assert nouns
    assert sorted(noun for noun in nouns if noun not in documented) == []


def test_no_registry_host_and_no_foreign_path_is_named():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    names = ["pypi" + r"\.org", "npmjs" + r"\.(org|com)", "pythonhosted" + r"\."]
    hosts = re.compile("|".join(names))
    named_in = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in {".png", ".woff2", ".ico"} or not path.is_file():
            continue
        if hosts.search(path.read_text(errors="ignore")):
            named_in.append(name)
    assert named_in == []
