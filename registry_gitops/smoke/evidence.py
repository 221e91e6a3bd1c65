"""What went over the wire, as lines for a report: without secrets, and not too many."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

from registry_gitops.smoke.secrets import Mask

_EXCHANGES: Final = 24
"""Exchanges that are kept: the first half and the last."""
_BODY: Final = 300
"""Characters of a body that are kept."""
_SENT: Final = ("Accept", "Authorization", "Content-Range", "Content-Type", "If-None-Match", "Range")
_RECEIVED: Final = (
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
"""Headers that are kept: those that registries and clients act upon."""


class Evidence:
    """The exchanges of the check that runs now. Several threads may add to it."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._lock = threading.Lock()
        self._exchanges: list[tuple[str, ...]] = []
        self._left_out = 0

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._exchanges, self._left_out = [], 0

    def lines(self) -> tuple[str, ...]:
        """All that is kept: `> ` what was asked, `< ` what was answered."""
        with self._lock:
            half = _EXCHANGES // 2
            kept = self._exchanges
            if self._left_out:
                kept = [*kept[:half], (f"({self._left_out} exchanges left out)",), *kept[half:]]
            return tuple(line for exchange in kept for line in exchange)

    def asked(self, method: str, url: str, headers: Mapping[str, str]) -> list[str]:
        """The lines of a request."""
        return [f"> {method} {self._mask.text(url)}", *self._headers("> ", headers, _SENT)]

    def answered(self, status: int, reason: str, headers: Mapping[str, str], body: bytes) -> list[str]:
        """The lines of a response. Its body is shown where it explains an error."""
        lines = [f"< {status} {self._mask.text(reason)[:_BODY]}".rstrip(), *self._headers("< ", headers, _RECEIVED)]
        if status >= 400 and body:
            text = " ".join(body[: 4 * _BODY].decode(errors="replace").split())
            lines.append(f"< {self._mask.text(text)[:_BODY]}")
        return lines

    def add(self, lines: list[str]) -> None:
        """Keep an exchange."""
        with self._lock:
            self._exchanges.append(tuple(lines))
            if len(self._exchanges) > _EXCHANGES:
                del self._exchanges[_EXCHANGES // 2]
                self._left_out += 1

    def _headers(self, sign: str, headers: Mapping[str, str], shown: tuple[str, ...]) -> list[str]:
        return [f"{sign}{name}: {self._mask.header(name, headers[name])[:_BODY]}" for name in shown if name in headers]
