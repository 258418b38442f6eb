"""The two commands and what they rest on: Makefile, bootstrap, locks, CI."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from bsm.stack.addresses import PROJECT
from scripts import bootstrap
from tests.stack.conftest import bare_environment

LOCKS = sorted(PROJECT.glob("requirements/*.lock"))


def pins(lock: Path) -> set[tuple[str, str]]:
    """Name and version; one name may stand twice, for different versions of Python."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", lock.read_text(), re.MULTILINE)
    return set(found)


class TestMake:
    def test_make_alone_lists_every_target(self):
        phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
        assert phony is not None

        said = subprocess.run(
            ["make"],
            cwd=PROJECT,
            env=bare_environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

        assert re.findall(r"^make ([a-z-]+)", said, re.MULTILINE) == phony[1].split()

    def test_continuous_integration_runs_what_people_run(self):
        script = PROJECT / ".ci" / "run"

        assert "make test" in script.read_text()
        assert os.access(script, os.X_OK)
        assert ".ci/run" in (PROJECT / ".github/workflows/ci.yml").read_text()


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_every_package_is_pinned_by_hash_and_comes_from_nowhere_in_particular(self, lock):
        text = lock.read_text()
        entries = re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))

        assert len(entries) == len(pins(lock))
        assert all("--hash=sha256:" in entry for entry in entries)
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)

    def test_development_has_exactly_the_packages_that_run(self):
        base, dev = (
            pins(PROJECT / "requirements" / f"{name}.lock") for name in ("base", "dev")
        )

        assert base <= dev


class TestBootstrap:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
        monkeypatch.setattr(bootstrap, "DIST", tmp_path / "static" / "dist")
        for name in ("frontend", "static/css", "static/dist"):
            (tmp_path / name).mkdir(parents=True)
        (tmp_path / "static/css/base.css").write_text("a {}")
        (tmp_path / "package-lock.json").write_text("{}")
        return tmp_path

    def build(self) -> str:
        return bootstrap.digest(bootstrap.front_end_sources())

    def test_the_front_end_is_built_anew_when_a_source_of_it_changes(self, project):
        before = self.build()

        (project / "static/css/base.css").write_text("b {}")

        assert self.build() != before

    def test_the_front_end_is_built_anew_when_a_file_is_renamed(self, project):
        before = self.build()

        (project / "static/css/base.css").rename(project / "static/css/other.css")

        assert self.build() != before

    def test_what_was_built_does_not_ask_for_another_build(self, project):
        before = self.build()

        (project / "static/dist/app.js").write_text("built")

        assert self.build() == before

    @pytest.mark.parametrize(
        ("said", "new_enough"), [("v20.20.2", True), ("v24.1.0", True), ("v18.19.0", False)]
    )
    def test_a_node_that_is_too_old_is_as_good_as_none(
        self, project, monkeypatch, said, new_enough
    ):
        for name in ("node", "npm"):
            (project / name).write_text(f"#!/bin/sh\necho {said}\n")
            (project / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{project}:/usr/bin:/bin")

        assert bootstrap.machine_has_node() is new_enough

    def test_without_a_browser_and_without_root_it_says_what_to_type(
        self, project, monkeypatch
    ):
        monkeypatch.setattr(bootstrap, "CHROMIUM", project / "chromium")
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        with pytest.raises(bootstrap.CannotContinue, match=r"apt-get install -y .*chromium"):
            bootstrap.find_browser()
