"""A home belongs to one stack, and its sockets are where a socket can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bsm.stack import places
from bsm.stack.processes import CannotStart

HOLD = """
import sys, time
from pathlib import Path
from bsm.stack import places
lock = places.claim(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(30)
"""


class TestClaim:
    def test_a_second_stack_in_the_same_home_is_refused_at_once(self, tmp_path):
        command = [sys.executable, "-c", HOLD, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            try:
                assert other.stdout is not None
                assert other.stdout.readline() == "held\n"

                with pytest.raises(CannotStart, match=f"process {other.pid}") as refusal:
                    places.claim(tmp_path)
            finally:
                other.kill()

        assert f"already running in {tmp_path}" in str(refusal.value)
        assert "BSM_HOME=" in str(refusal.value)

    def test_a_home_is_free_again_when_its_stack_has_died(self, tmp_path):
        command = [sys.executable, "-c", HOLD, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            other.stdout.readline()
            other.kill()

        with places.claim(tmp_path):
            assert (tmp_path / "lock").read_text() == str(os.getpid())


class TestSocketDirectory:
    def test_a_short_path_is_used_as_it_is(self, tmp_path):
        # The name stands for any: what counts is the length of the whole.
        wanted = tmp_path / "run"

        assert places.socket_directory(wanted, "s", None) == wanted
        assert wanted.stat().st_mode & 0o777 == 0o700

    def test_a_path_one_byte_too_long_moves_to_a_short_private_one(self, tmp_path):
        fits = "x" * (places.SOCKET_PATH_BYTES - len(str(tmp_path / "run")) - 1)

        assert places.socket_directory(tmp_path / "run", fits, None) == tmp_path / "run"
        moved = places.socket_directory(tmp_path / "run", fits + "x", None)

        try:
            assert moved.parent != tmp_path
            assert moved.stat().st_mode & 0o777 == 0o700
            assert places.socket_directory(tmp_path / "run", fits + "x", None) == moved
        finally:
            moved.rmdir()

    def test_a_path_that_would_need_quoting_moves_too(self, tmp_path):
        moved = places.socket_directory(tmp_path / "my own?portal", "s", None)

        try:
            assert "?" not in str(moved)
        finally:
            moved.rmdir()

    def test_a_directory_that_others_can_enter_is_refused(self, tmp_path):
        tmp_path.joinpath("run").mkdir(mode=0o755)

        with pytest.raises(CannotStart, match="not ours alone"):
            places.socket_directory(tmp_path / "run", "s", None)

    def test_a_link_planted_in_its_place_is_refused(self, tmp_path):
        tmp_path.joinpath("target").mkdir(mode=0o700)
        tmp_path.joinpath("run").symlink_to(tmp_path / "target")

        with pytest.raises(CannotStart, match="not ours alone"):
            places.socket_directory(tmp_path / "run", "s", None)


class TestReachable:
    def test_a_closed_directory_on_the_way_is_noticed(self, tmp_path: Path):
        closed = tmp_path / "closed"
        home = closed / "home"
        home.mkdir(parents=True)

        closed.chmod(0o700)

        assert not places.reachable_by_others(home)
