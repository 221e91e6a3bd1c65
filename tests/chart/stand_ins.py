"""Small HTTP servers on loopback that stand in for what is not, or not quite, a registry."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Address:
    host: str
    port: int


class Files(http.server.SimpleHTTPRequestHandler):
    """An object store that anybody may read: it serves the files of `folder`."""

    folder = Path()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, directory=str(self.folder))

    def log_message(self, *arguments: object) -> None:
        pass


class NoWayIn(http.server.BaseHTTPRequestHandler):
    """A registry that refuses everybody and does not say how to log in."""

    def do_GET(self) -> None:
        self.send_error(401)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[Address]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=functools.partial(server.serve_forever, 0.05))
        thread.start()
        try:
            yield Address("127.0.0.1", server.server_port)
        finally:
            server.shutdown()
            thread.join()
