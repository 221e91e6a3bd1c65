"""A small HTTP server of a test, in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class BackgroundServer:
    """An HTTP server on a free port of loopback; a context manager. Subclasses give it a handler class."""

    host = "127.0.0.1"

    def __init__(self, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self._handler = handler

    @property
    def port(self) -> int:
        return self._server.server_port

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((self.host, 0), self._handler)
        self._thread = threading.Thread(target=partial(self._server.serve_forever, 0.05), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class QuietHandler(BaseHTTPRequestHandler):
    """A request handler that writes no log."""

    def log_message(self, *arguments: object) -> None:
        pass

    def respond(self, status: int, body: bytes = b"", content_type: str = "application/json") -> None:
        """Send a whole response."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
