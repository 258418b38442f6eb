"""The database, the broker and the secret key are found where they are."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from kombu import Connection
from psycopg2.extensions import parse_dsn
from redis.connection import parse_url as redis_parts

from bsm.stack import addresses
from bsm.stack.addresses import BadAddress, parse_database_url


class TestWhereToLook:
    def test_the_environment_comes_before_what_the_stack_wrote_down(self, home, monkeypatch):
        addresses.write_state(home, {"DATABASE_URL": "postgresql://stack@/bsm"})
        monkeypatch.setenv("DATABASE_URL", "postgresql://mine@db/bsm")

        assert addresses.database_url() == "postgresql://mine@db/bsm"

    def test_another_terminal_reaches_the_stack_of_its_home(self, home):
        addresses.write_state(
            home,
            {
                "DATABASE_URL": "postgresql://stack@/bsm",
                "REDIS_URL": "unix:///run/valkey.sock?db=0",
                "BSM_MONITOR_CIDRS": "127.0.0.0/8",
                "BSM_PORT": "8222",
            },
        )

        assert addresses.database_url() == "postgresql://stack@/bsm"
        assert addresses.redis_url() == "unix:///run/valkey.sock?db=0"
        assert addresses.monitor_cidrs() == "127.0.0.0/8"
        assert addresses.port() == 8222

    def test_without_a_stack_the_usual_ports_are_tried_and_nothing_private_is_reached(
        self, home
    ):
        assert addresses.database_url() == addresses.DATABASE_WITHOUT_A_STACK
        assert addresses.redis_url() == addresses.REDIS_WITHOUT_A_STACK
        assert addresses.monitor_cidrs() == ""
        assert addresses.port() == 8000

    def test_what_the_stack_wrote_down_is_for_its_owner_only(self, home):
        addresses.write_state(home, {"DATABASE_URL": "postgresql://bsm:secret@/bsm"})

        assert (home / "state.json").stat().st_mode & 0o777 == 0o600


class TestDatabaseUrl:
    def test_a_server_on_the_network(self):
        url = "postgres://bsm:p%40ss%2Fword@db.internal:6432/portal?sslmode=verify-full"

        assert parse_database_url(url) == {
            "NAME": "portal",
            "USER": "bsm",
            "PASSWORD": "p@ss/word",
            "HOST": "db.internal",
            "PORT": "6432",
            "OPTIONS": {"sslmode": "verify-full"},
        }

    def test_a_server_behind_a_socket(self):
        url = addresses.postgres_socket_url("bsm", "a:b@c", "bsm", Path("/srv/run"))

        entry = parse_database_url(url)

        assert (entry["HOST"], entry["PORT"], entry["PASSWORD"]) == (
            "/srv/run",
            "",
            "a:b@c",
        )

    def test_libpq_reads_a_socket_address_as_django_does(self):
        url = addresses.postgres_socket_url("bsm", "a:b@c /%", "bsm", Path("/srv/run"))

        theirs, ours = parse_dsn(url), parse_database_url(url)

        assert theirs["host"] == ours["HOST"]
        assert theirs["password"] == ours["PASSWORD"]
        assert theirs["dbname"] == ours["NAME"]

    @pytest.mark.parametrize("url", ["mysql://bsm@db/bsm", "sqlite:///db.sqlite3", "bsm"])
    def test_another_kind_of_database_is_refused(self, url):
        with pytest.raises(BadAddress, match="postgresql://"):
            parse_database_url(url)


class TestBrokerAndCache:
    @pytest.mark.parametrize(
        ("given", "broker", "cache"),
        [
            (
                "unix:///srv/valkey.sock?db=0",
                "redis+socket:///srv/valkey.sock?virtual_host=0",
                "unix:///srv/valkey.sock?db=1",
            ),
            ("redis://redis:6379/0", "redis://redis:6379/0", "redis://redis:6379/1"),
            ("redis://redis:6379", "redis://redis:6379/0", "redis://redis:6379/1"),
            (
                "rediss://:pw@redis/4?ssl_cert_reqs=required",
                "rediss://:pw@redis/4?ssl_cert_reqs=required",
                "rediss://:pw@redis/5?ssl_cert_reqs=required",
            ),
        ],
    )
    def test_both_live_on_one_server_in_databases_of_their_own(
        self, home, monkeypatch, given, broker, cache
    ):
        monkeypatch.setenv("REDIS_URL", given)

        assert (addresses.broker_url(), addresses.cache_url()) == (broker, cache)

    def test_the_clients_understand_the_socket_form(self, home, monkeypatch):
        monkeypatch.setenv("REDIS_URL", "unix:///srv/valkey.sock?db=0")

        assert redis_parts(addresses.cache_url())["path"] == "/srv/valkey.sock"
        with Connection(addresses.broker_url()) as broker:
            assert broker.transport.driver_name == "redis"
            assert broker.hostname == "socket:///srv/valkey.sock?virtual_host=0"

    def test_another_kind_of_broker_is_refused(self, home, monkeypatch):
        monkeypatch.setenv("REDIS_URL", "amqp://guest@localhost//")

        with pytest.raises(BadAddress, match="redis://"):
            addresses.broker_url()


class TestSecretKey:
    def test_a_given_key_is_used_and_nothing_is_written(self, home, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "given")

        assert addresses.secret_key() == "given"
        assert list(home.iterdir()) == []

    def test_a_key_made_once_stays_and_is_for_its_owner_only(self, home):
        key = addresses.secret_key()

        assert addresses.secret_key() == key
        assert len(key) >= 50
        assert (home / "secret_key").stat().st_mode & 0o777 == 0o600

    def test_processes_that_start_together_agree_on_one_key(self, home):
        keys: list[str] = []
        together = threading.Barrier(8)

        def ask() -> None:
            together.wait()
            keys.append(addresses.secret_key())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(keys) == 8
        assert len(set(keys)) == 1
        assert [path.name for path in home.iterdir()] == ["secret_key"]
