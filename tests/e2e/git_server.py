"""Git repositories by smart HTTP, for Flux to read: `git http-backend` behind the standard library's http.server."""

from __future__ import annotations

import os
import subprocess
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.support.background_server import BackgroundServer


class GitServer(BackgroundServer):
    """Serves the bare repositories in a folder, for reading; a context manager. `address` is where it listens."""

    def __init__(self, root: Path, address: str = "127.0.0.1") -> None:
        super().__init__(type("_Handler", (_GitHandler,), {"root": root}))
        self.host = address

    @property
    def url(self) -> str:
        """What stands before the name of a repository."""
        return f"http://{self.host}:{self.port}"


class _GitHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: Path

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002
        """Say nothing: each repository is asked for every few seconds."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=self._environment(len(body)), capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = BytesHeaderParser().parsebytes(head)
        self.send_response(int(fields.get("Status", "200").split()[0]))
        for name, value in fields.items():
            if name not in ("Status", "Content-Length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _environment(self, length: int) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        headers = self.headers
        return {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            # Whoever runs the tests need not be the owner of the folder.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
