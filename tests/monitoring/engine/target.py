"""A small HTTP server to be monitored, in a thread of its own; it counts what reaches it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Target:
    """What was asked of it, and what it answers next."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.status = 200
        self.body = b"all is well"
        self.location = ""
        self.asked: list[str] = []
        self.connections = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def listening(address: str = "127.0.0.1") -> Iterator[Target]:
    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            target.connections += 1
            super().setup()

        def do_GET(self) -> None:
            target.asked.append(self.path)
            if self.path.startswith("/slow"):
                stopping.wait(3)
            redirects = self.path.startswith("/redirect") or self.path.startswith("/loop")
            self.send_response(302 if redirects else target.status)
            if redirects:
                self.send_header("Location", target.location or "/loop")
            self.send_header("Content-Length", str(len(target.body)))
            self.end_headers()
            self.wfile.write(target.body)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    stopping = threading.Event()
    server = Server((address, 0), Handler)
    target = Target(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield target
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
