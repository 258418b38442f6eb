"""What every template keeps to, read from the files themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
COMPONENTS = [name for name in TEMPLATES if Path(name).name.startswith("_")]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_style_and_no_script_of_its_own(name: str) -> None:
    text = (ROOT / name).read_text()

    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_loads_nothing_from_elsewhere(name: str) -> None:
    loaded = re.findall(r"(?:src|href|action)=\"(https?:)?//", (ROOT / name).read_text())

    assert not loaded


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_first_what_it_needs(name: str) -> None:
    text = (ROOT / name).read_text()
    first = re.sub(r"^(\{%[^%]*%\}\s*)*", "", text)

    assert first.startswith("{# Needs: ")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_that_changes_something_carries_its_token(name: str) -> None:
    for form in re.findall(
        r"<form[^>]*method=\"post\".*?</form>", (ROOT / name).read_text(), re.S
    ):
        assert "{% csrf_token %}" in form
