"""docker-compose.yml and the Dockerfile say what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from bsm.stack import addresses, portal, ready

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("setup", "web", "worker", "prober", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def image_command() -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    words = re.search(r"^CMD (\[.*\])$", joined, re.MULTILINE)
    assert words is not None
    return list(json.loads(words[1]))


class TestCommands:
    def test_the_image_serves_as_the_supervisor_does(self):
        assert image_command() == [*portal.WEB, "--bind", "0.0.0.0:8000"]

    @pytest.mark.parametrize(
        ("service", "words"),
        [
            ("worker", [*portal.WORKER]),
            ("prober", [*portal.PROBER]),
            ("beat", [*portal.BEAT, "--schedule", "/data/beat", "--pidfile", ""]),
        ],
    )
    def test_the_workers_are_the_supervisor_s(self, service, words):
        assert SERVICES[service]["command"] == words

    def test_every_queue_the_settings_send_to_has_somebody_who_listens(self):
        listened = {
            queue
            for words in (portal.WORKER, portal.PROBER)
            for queue in words[words.index("-Q") + 1].split(",")
        }
        routes = settings.CELERY_TASK_ROUTES.values()

        sent = {route["queue"] for route in routes} | {settings.CELERY_TASK_DEFAULT_QUEUE}

        assert sent <= listened

    def test_the_commands_of_the_set_up_exist(self):
        for words in re.findall(r"manage\.py (\w+)", SERVICES["setup"]["command"][-1]):
            assert words in get_commands()


class TestVariables:
    def test_every_variable_that_is_set_is_read_by_the_code(self):
        read = "".join(
            (ROOT / path).read_text()
            for path in (
                "bsm/settings.py",
                "bsm/stack/addresses.py",
                "bsm/stack/portal.py",
                "bsm/management/commands/first_start.py",
            )
        )
        for service in OURS:
            for name in SERVICES[service]["environment"]:
                assert f'"{name}"' in read, f"{service}: nobody reads {name}"

    def test_the_addresses_are_of_forms_we_understand(self, home, monkeypatch):
        environment = SERVICES["web"]["environment"]
        url = re.sub(r"\$\{[^}]*\}", "secret", environment["DATABASE_URL"])
        monkeypatch.setenv("REDIS_URL", environment["REDIS_URL"])

        entry = addresses.parse_database_url(url)

        assert entry["HOST"] in SERVICES
        assert entry["PASSWORD"] == "secret"
        assert addresses.broker_url().split("/")[2].split(":")[0] in SERVICES

    def test_nobody_starts_without_a_secret_of_their_own(self):
        text = (ROOT / "docker-compose.yml").read_text()

        assert "${SECRET_KEY:?" in text
        assert text.count("${POSTGRES_PASSWORD:?") == 2

    def test_the_first_password_is_known_to_the_set_up_alone(self):
        holders = [
            name for name in OURS if "BSM_ADMIN_PASSWORD" in SERVICES[name]["environment"]
        ]

        assert holders == ["setup"]


class TestShape:
    def test_the_web_port_is_the_one_the_image_listens_on(self):
        published = SERVICES["web"]["ports"][0].rpartition(":")[2]

        assert image_command()[-1].endswith(f":{published}")
        assert f"EXPOSE {published}" in DOCKERFILE

    def test_the_web_health_check_asks_an_address_that_is_routed(self):
        assert SERVICES["web"]["healthcheck"]["test"][-3:] == [
            "-m",
            "bsm.stack",
            "ready",
        ]
        assert resolve(ready.PATH)

    def test_every_service_says_how_its_health_is_known(self):
        for name in set(SERVICES) - {"setup"}:
            assert "healthcheck" in SERVICES[name], name

    def test_every_volume_is_declared_and_used(self):
        used = {
            volume.partition(":")[0]
            for service in SERVICES.values()
            for volume in service.get("volumes", [])
        }

        assert used == set(COMPOSE["volumes"])

    def test_whatever_is_waited_for_exists_and_can_be_waited_for(self):
        for service in SERVICES.values():
            for name, how in service.get("depends_on", {}).items():
                checked = "healthcheck" in SERVICES[name]
                ends = SERVICES[name].get("restart") == "no"
                assert checked if how["condition"] == "service_healthy" else ends

    def test_the_image_does_not_run_as_root(self):
        assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)

    def test_the_image_has_the_python_that_the_locks_were_made_for(self):
        assert "FROM python:3.11-slim" in DOCKERFILE
