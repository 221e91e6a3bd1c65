"""The body of a request, read from a connection: of a known length, or in chunks (RFC 9112, 7.1)."""

from __future__ import annotations

import re
from typing import Final, Protocol

from registry_gitops.registry.http.head import MAX_HEADERS, BadRequest, parse_fields

MAX_LINE: Final = 4096
"""Bytes of a line between chunks, extensions included, and of all trailer lines together."""

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class Source(Protocol):
    """Where the bytes come from."""

    def receive_into(self, buffer: memoryview) -> int:
        """Put at least one byte into `buffer` and say how many. Raises ClientGone where no more come."""

    def receive_line(self, limit: int) -> bytes:
        """A line without its CRLF. Raises ClientGone, BadRequest where it is longer than `limit`."""


class LengthBody:
    """As many bytes as Content-Length says; none at all, where there is no body."""

    def __init__(self, source: Source, length: int) -> None:
        self._source = source
        self.left = length
        """Bytes that were not read yet."""
        self.length: int | None = length

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self.left == 0

    def readinto(self, buffer: memoryview) -> int:
        """See messages.Body."""
        if self.left == 0:
            return 0
        count = self._source.receive_into(buffer[: self.left])
        self.left -= count
        return count


class ChunkedBody:
    """Chunks up to the empty one, then trailers, which must be header lines and are thrown away."""

    length: int | None = None

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = 0
        self._begun = False
        self.ended = False

    def readinto(self, buffer: memoryview) -> int:
        """See messages.Body."""
        if self._left == 0 and not self.ended:
            self._next_chunk()
        if self.ended:
            return 0
        count = self._source.receive_into(buffer[: self._left])
        self._left -= count
        return count

    def _next_chunk(self) -> None:
        if self._begun:
            self._source.receive_line(0)
        match = _CHUNK_SIZE.fullmatch(self._source.receive_line(MAX_LINE))
        if match is None:
            raise BadRequest(400, "a chunk does not begin with its size")
        self._begun = True
        self._left = int(match[1], 16)
        if self._left == 0:
            self._trailers()
            self.ended = True

    def _trailers(self) -> None:
        left = MAX_LINE
        for _ in range(MAX_HEADERS + 1):
            line = self._source.receive_line(left)
            if not line:
                return
            parse_fields(line + b"\r\n")
            left -= len(line)
        raise BadRequest(431, "too many trailers")
