"""A core that forwards requests to a real registry, so that mutants break what passes between it and its clients."""

from __future__ import annotations

import http.client
import threading
from urllib.parse import quote, urlsplit

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import received

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date"})


class Forwarding:
    """Answers as the registry at `url` does. Its clients see the address that they use."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._local = threading.local()

    def __call__(self, request: Request) -> Response:
        """Forward a request, and return the response."""
        headers = {name: value for name, value in request.headers.items() if name not in _HOP_BY_HOP}
        target = quote(request.path, safe="/:@!$&'()*+,;=~") + (f"?{request.query}" if request.query else "")
        answer = self._exchange(request.method, target, received(request), headers)
        content = answer.read()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP]
        length = answer.getheader("Content-Length") if request.method == "HEAD" else None
        return Response(answer.status, kept, [content] if content else [], int(length) if length else None)

    def _exchange(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._host, timeout=60)
        connection.request(method, target, body or (b"" if method in ("POST", "PUT", "PATCH") else None), headers)
        return connection.getresponse()
