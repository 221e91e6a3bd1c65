"""Requests and responses as lines of a report: masked, and limited in number and length."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

from registry_gitops.smoke.client.masked_text import Mask

_MAX_EXCHANGES: Final = 24
"""Exchanges to keep: the first half and the last."""
_MAX_CHARACTERS: Final = 300
"""Characters to keep of a body or a header."""
_REQUEST_HEADERS: Final = ("Accept", "Authorization", "Content-Range", "Content-Type", "If-None-Match", "Range")
_RESPONSE_HEADERS: Final = (
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Docker-Content-Digest",
    "ETag",
    "Link",
    "Location",
    "OCI-Filters-Applied",
    "OCI-Subject",
    "Range",
    "WWW-Authenticate",
)
"""Headers to keep: those that registries and clients act on."""


class Evidence:
    """The exchanges of the current check. Thread-safe."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._lock = threading.Lock()
        self._exchanges: list[tuple[str, ...]] = []
        self._omitted = 0

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._exchanges, self._omitted = [], 0

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines: a request begins with `> `, a response with `< `."""
        with self._lock:
            half = _MAX_EXCHANGES // 2
            exchanges = self._exchanges
            if self._omitted:
                exchanges = [*exchanges[:half], (f"({self._omitted} exchanges left out)",), *exchanges[half:]]
            return tuple(line for exchange in exchanges for line in exchange)

    def format_request(self, method: str, url: str, headers: Mapping[str, str]) -> list[str]:
        """Return the lines of a request."""
        return [f"> {method} {self._mask.mask_text(url)}", *self._format_headers("> ", headers, _REQUEST_HEADERS)]

    def format_response(self, status: int, reason: str, headers: Mapping[str, str], body: bytes) -> list[str]:
        """Return the lines of a response, with its body if the status code is an error."""
        status_line = f"< {status} {self._mask.mask_text(reason)[:_MAX_CHARACTERS]}".rstrip()
        lines = [status_line, *self._format_headers("< ", headers, _RESPONSE_HEADERS)]
        if status >= 400 and body:
            text = " ".join(body[: 4 * _MAX_CHARACTERS].decode(errors="replace").split())
            lines.append(f"< {self._mask.mask_text(text)[:_MAX_CHARACTERS]}")
        return lines

    def add(self, lines: list[str]) -> None:
        """Add an exchange. If there are too many, omit one from the middle."""
        with self._lock:
            self._exchanges.append(tuple(lines))
            if len(self._exchanges) > _MAX_EXCHANGES:
                del self._exchanges[_MAX_EXCHANGES // 2]
                self._omitted += 1

    def _format_headers(self, sign: str, headers: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
        shown = [name for name in names if name in headers]
        return [f"{sign}{name}: {self._mask.mask_header(name, headers[name])[:_MAX_CHARACTERS]}" for name in shown]
