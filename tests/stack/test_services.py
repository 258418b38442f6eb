"""`python -m bsm.stack services`: a command beside a PostgreSQL and a Valkey of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bsm.stack import addresses
from tests.stack.conftest import bare_environment, tidy

pytestmark = pytest.mark.slow

ASK_BOTH = """
import psycopg2, redis
from kombu import Connection
from bsm.stack import addresses
with psycopg2.connect(addresses.database_url()) as database, database.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS visit (n int)")
    cursor.execute("INSERT INTO visit VALUES (1)")
    cursor.execute("SELECT count(*), current_setting('server_version_num')::int FROM visit")
    visits, version = cursor.fetchone()
    cursor.execute("SELECT current_setting('data_checksums'), current_setting('fsync')")
    print(visits, version >= 150000, *cursor.fetchone())
cache = redis.Redis.from_url(addresses.cache_url())
print(cache.ping(), cache.config_get("maxmemory-policy")["maxmemory-policy"])
with Connection(addresses.broker_url()) as broker:
    print("broker", broker.default_channel.client.ping())
"""


def services(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bsm.stack", "services", *words],
        cwd=addresses.PROJECT,
        env=bare_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_command_finds_both_and_nothing_of_them_is_left_behind(tmp_path):
    done = services("--", sys.executable, "-c", ASK_BOTH, TMPDIR=str(tmp_path))

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["1 True on off", "True noeviction", "broker True"]
    assert list(tmp_path.iterdir()) == []


def test_its_exit_code_is_the_command_s():
    assert services("--", "sh", "-c", "exit 7").returncode == 7


def test_a_named_home_keeps_its_data_and_writes_them_safely(stack_home):
    words = ("--home", str(stack_home), "--", sys.executable, "-c", ASK_BOTH)

    first, second = services(*words), services(*words)

    assert first.stdout.splitlines()[0] == "1 True on on"
    assert second.stdout.splitlines()[0] == "2 True on on"


def test_a_home_too_deep_for_a_socket_serves_all_the_same(tmp_path):
    home = tmp_path / ("deep-" * 20) / "home"

    done = services("--home", str(home), "--", sys.executable, "-c", ASK_BOTH)
    tidy(home)

    assert done.stdout.splitlines() == ["1 True on on", "True noeviction", "broker True"]


def test_what_the_environment_names_is_not_started(tmp_path):
    home = tmp_path / "home"

    done = services(
        *("--home", str(home), "--", "sh", "-c", 'echo "$DATABASE_URL $REDIS_URL"'),
        DATABASE_URL="postgresql://bsm@db/bsm",
        REDIS_URL="redis://redis/0",
    )

    assert done.stdout == "postgresql://bsm@db/bsm redis://redis/0\n"
    assert not (home / "postgres").exists()
    assert not (home / "valkey").exists()


def test_the_way_to_upgrade_that_a_refusal_names_carries_the_data_over(stack_home, tmp_path):
    home, dump = stack_home, tmp_path / "bsm.sql"
    services("--home", str(home), "--", sys.executable, "-c", ASK_BOTH)

    services("--home", str(home), "--", "sh", "-c", f'pg_dump "$DATABASE_URL" > {dump}')
    data = (home / "postgres").resolve() / "data"
    data.rename(data.with_name("data-old"))
    load = f'psql -q -v ON_ERROR_STOP=1 -f {dump} "$DATABASE_URL"'
    services("--home", str(home), "--", "sh", "-c", load)

    done = services("--home", str(home), "--", sys.executable, "-c", ASK_BOTH)
    assert done.stdout.splitlines()[0] == "2 True on on"


def test_a_broken_database_is_reported_with_the_end_of_its_log(stack_home):
    home = stack_home
    services("--home", str(home), "--", "true")
    data = (home / "postgres").resolve() / "data"
    (data / "postgresql.conf").write_text("nonsense = 1\n")

    done = services("--home", str(home), "--", "true")

    assert done.returncode == 1
    assert "PostgreSQL does not start" in done.stderr
    assert 'unrecognized configuration parameter "nonsense"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root is refused by PostgreSQL")
def test_root_s_closed_directories_stay_closed(stack_home: Path):
    stack_home.parent.chmod(0o700)

    services("--home", str(stack_home), "--", "true")

    assert stack_home.parent.stat().st_mode & 0o777 == 0o700
    data = (stack_home / "postgres").resolve() / "data"
    assert data.is_relative_to("/var/lib")
    assert data.stat().st_mode & 0o777 == 0o700
    assert data.owner() == "nobody"
