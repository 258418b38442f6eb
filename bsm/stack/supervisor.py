"""Everything up, in order; kept up; and down again, in the opposite order."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from bsm.stack import places, portal, postgres, ready
from bsm.stack.embedded import Databases, Server, start_databases
from bsm.stack.processes import (
    CannotStart,
    Guard,
    Program,
    ask_to_leave,
    kill_group,
    see_off,
    start,
    tail,
)
from bsm.stack.restarts import Restarts

READY_PATIENCE_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.2
STOP_ORDER = (("beat", "web"), ("prober", "worker"))


class Supervisor:
    """Owns every process of one portal. Lives in the main thread."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.began = time.monotonic()
        self.guard = Guard()
        self.databases = Databases()
        self.processes: list[Server] = []
        self.restarts: dict[str, Restarts] = {}

    def begin(self) -> None:
        """Bring everything up, or say why it does not come up."""
        start_databases(self.home, self.guard, self.databases, throwaway=False, tell=self.tell)
        variables = self.databases.variables
        with postgres.migration_lock(variables["DATABASE_URL"]):
            self.run_once(portal.manage(self.home, variables, "migrate", "--verbosity", "0"))
        self.tell("database is migrated")
        web, *others = portal.programs(self.home, variables)
        self.launch(web)  # loads meanwhile
        self.run_once(portal.manage(self.home, variables, "first_start"), show=True)
        for program in others:
            self.launch(program)
        self.wait_until_ready()
        self.tell("web, worker, prober and beat run")

    def launch(self, program: Program) -> None:
        process = start(program)
        self.guard.add(process.pid)
        self.processes.append(Server(program, lambda: start(program), process))

    def run_once(self, program: Program, *, show: bool = False) -> None:
        """Run a command to its end; what it prints goes to its log, or on to the reader."""
        process = start(program, output=sys.stdout if show else None)
        self.guard.add(process.pid)
        code = process.wait()
        self.guard.remove(process.pid)
        if code != 0:
            raise CannotStart(f"{program.name} failed ({code}):\n{tail(program.log)}")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_PATIENCE_SECONDS
        while not ready.is_ready():
            for server in self.everyone():
                if (code := server.process.poll()) is not None:
                    raise CannotStart(_obituary(server, code))
            if time.monotonic() > deadline:
                log = self.processes[0].program.log
                raise CannotStart(f"{ready.PATH} does not answer 200:\n{tail(log)}")
            time.sleep(0.05)

    def watch(self) -> None:
        """Start again what dies; give up on what keeps dying."""
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            for server in self.everyone():
                now = time.monotonic()
                if server.due is None and (code := server.process.poll()) is not None:
                    self.bury(server, code, now)
                elif server.due is not None and now >= server.due:
                    self.revive(server)

    def bury(self, server: Server, code: int, now: float) -> None:
        name = server.program.name
        self.guard.remove(server.process.pid)
        kill_group(server.process.pid)  # its pool, if it left one behind
        delay = self.restarts.setdefault(name, Restarts()).delay_seconds(now)
        if delay is None:
            raise CannotStart(f"{_obituary(server, code)}\nIt died too often; giving up.")
        self.tell(f"{name} ended ({code}); starting it again in {delay:.1f} s")
        server.due = now + delay

    def revive(self, server: Server) -> None:
        server.process = server.launch()
        server.due = None
        self.guard.add(server.process.pid)

    def end(self) -> None:
        """Nothing new, then nothing running, then nothing stored."""
        for names in STOP_ORDER:
            leaving = [server for server in self.processes if server.program.name in names]
            for server in leaving:
                ask_to_leave(server.process, server.program)
            for server in leaving:
                see_off(server.process, server.program)
                self.guard.remove(server.process.pid)
        self.databases.stop(self.guard)
        self.guard.dismiss()

    def kill(self) -> None:
        for server in self.everyone():
            kill_group(server.process.pid)

    def everyone(self) -> list[Server]:
        return [*self.databases.servers, *self.processes]

    def tell(self, what: str) -> None:
        # Whoever read our output may have left; that is no reason to end.
        with suppress(OSError):
            print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)


def up(home: Path) -> int:
    """Run the portal until somebody ends it. The exit code says whether that was wanted."""
    _ended_by_signals()
    ready.refuse_taken_port()
    lock = places.claim(home)
    supervisor = Supervisor(home)
    try:
        supervisor.begin()
        print(f"Portal ready at {portal.address()}", flush=True)
        supervisor.watch()
    except KeyboardInterrupt:
        supervisor.tell("stopping; once more to stop at once")
        return 0
    finally:
        # In a hurry: the data survives a kill, only the start after it takes longer.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.kill())
        supervisor.end()
        lock.close()
        supervisor.tell("stopped")
    return 1


def _ended_by_signals() -> None:
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else nohup wants us to stay
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _obituary(server: Server, code: int) -> str:
    log = server.program.log
    return f"{server.program.name} ended ({code}). The end of {log}:\n{tail(log)}"
