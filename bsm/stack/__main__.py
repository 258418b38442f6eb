"""The stack's command line: `up` for the whole portal, `services` for its databases alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bsm.stack import addresses, beside, ready, supervisor
from bsm.stack.processes import CannotStart


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bsm.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and keep it running")
    commands.add_parser("ready", help="exit with 0 when the web process can serve")
    services = commands.add_parser(
        "services", help="run a command beside a PostgreSQL and a Valkey of its own"
    )
    services.add_argument("--home", type=Path, help="keep the data here (else thrown away)")
    services.add_argument("--keep", action="store_true", help="no command: stay up until ended")
    services.add_argument("run", nargs="*", metavar="-- COMMAND", help="what to run")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "up":
            return supervisor.up(addresses.home())
        if chosen.command == "ready":
            return 0 if ready.is_ready() else 1
        if chosen.keep:
            if chosen.home is None:
                parser.error("--keep needs --home")
            beside.keep(chosen.home.absolute())
            return 0
        if not chosen.run:
            parser.error("nothing to run: add -- and a command")
        return beside.run_beside(chosen.run, chosen.home and chosen.home.absolute())
    except KeyboardInterrupt:
        return 130
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
