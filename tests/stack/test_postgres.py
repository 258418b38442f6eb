"""The embedded PostgreSQL: its version, its place, its privacy."""

from __future__ import annotations

import pytest

from bsm.stack import postgres
from bsm.stack.processes import CannotStart


def test_data_of_another_major_version_is_refused_with_the_way_to_upgrade_it(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotStart) as refusal:
        postgres.refuse_other_version(data, tmp_path)

    message = str(refusal.value)
    assert "written by PostgreSQL 17; this release brings 18" in message
    assert f"mv {data} {data}-17" in message
    assert "pg_dump" in message
    assert f"bsm.stack services --home {tmp_path}" in message


def test_data_of_our_own_major_version_is_taken(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")

    postgres.refuse_other_version(tmp_path, tmp_path)


def test_the_password_is_never_among_the_words_of_a_command(tmp_path):
    cluster = postgres.Cluster(
        home=tmp_path,
        place=tmp_path,
        binaries=tmp_path,
        run=tmp_path,
        account=None,
        throwaway=False,
    )

    server = postgres.program(cluster)

    assert cluster.password in cluster.url
    assert not any(cluster.password in word for word in server.argv)
    assert cluster.password not in server.environment.values()


def test_it_listens_nowhere_but_on_its_own_socket(tmp_path):
    cluster = postgres.Cluster(
        home=tmp_path,
        place=tmp_path,
        binaries=tmp_path,
        run=tmp_path / "run",
        account=None,
        throwaway=False,
    )

    words = postgres.program(cluster).argv

    assert "listen_addresses=" in words
    assert "unix_socket_permissions=0700" in words
    assert f"unix_socket_directories={tmp_path / 'run'}" in words
    assert not any("fsync=off" in word for word in words)
