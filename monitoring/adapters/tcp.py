"""Does a port take a connection?"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import closing

from monitoring.adapters.guard import Guard, Refused, Resolved
from monitoring.domain.status import Outcome
from monitoring.domain.target import TcpTarget
from monitoring.domain.verdict import Answer, is_our_errno, unanswered


async def ask(target: TcpTarget, *, timeout_ms: int, guard: Guard) -> Answer:
    """Connect once, say nothing, hang up."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            addresses = await guard.resolved(target.host, target.port)
            await _connect(addresses)
    except Refused as error:
        return unanswered(f"refused: {error}", is_ours=True)
    except TimeoutError:
        return unanswered(f"no connection within {timeout_ms} ms", is_ours=False)
    except socket.gaierror as error:
        is_ours = error.errno == socket.EAI_AGAIN
        return unanswered(f"name not resolved: {error.strerror}", is_ours=is_ours)
    except OSError as error:
        return unanswered(f"not connected: {error.strerror}", is_ours=is_our_errno(error.errno))
    return Answer(Outcome.OK, None, int((time.perf_counter() - began) * 1_000_000))


async def _connect(addresses: list[Resolved]) -> None:
    """The first address that takes a connection is enough."""
    loop = asyncio.get_running_loop()
    for n, (family, address) in enumerate(addresses):
        with closing(socket.socket(family, socket.SOCK_STREAM)) as door:
            door.settimeout(0)
            try:
                await loop.sock_connect(door, address)
            except OSError:
                if n + 1 == len(addresses):
                    raise
            else:
                return
    raise OSError("the name has no address")
