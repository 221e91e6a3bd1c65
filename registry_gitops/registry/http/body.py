"""The body of a request, read from a connection: with a Content-Length, or in chunks (RFC 9112, 7.1)."""

from __future__ import annotations

import re
from typing import Final, Protocol

from registry_gitops.registry.http.head import MAX_HEADERS, BadRequest, parse_fields

MAX_LINE: Final = 4096
"""Bytes of a line between chunks, with extensions, and of all trailer lines together."""

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class BodySource(Protocol):
    """The connection that a body is read from."""

    def receive_into(self, buffer: memoryview) -> int:
        """Put at least one byte into `buffer`, and return the number of bytes. Raises ClientGone at the end."""
        ...

    def receive_line(self, limit: int) -> bytes:
        """Return a line without its CRLF. Raises ClientGone, and BadRequest if it is longer than `limit` bytes."""
        ...


class LengthBody:
    """A body of Content-Length bytes; zero for a request without a body."""

    def __init__(self, source: BodySource, length: int) -> None:
        self._source = source
        self.remaining = length
        """Bytes not read yet."""
        self.length: int | None = length
        self.is_complete = length == 0
        """Whether all of it was read."""

    def readinto(self, buffer: memoryview) -> int:
        """See messages.Body."""
        if self.is_complete:
            return 0
        count = self._source.receive_into(buffer[: self.remaining])
        self.remaining -= count
        self.is_complete = self.remaining == 0
        return count


class ChunkedBody:
    """Chunks up to the empty one, then trailers, which must be header lines and are discarded."""

    length: int | None = None

    def __init__(self, source: BodySource) -> None:
        self._source = source
        self._remaining_in_chunk = 0
        self._is_first_chunk = True
        self.is_complete = False

    def readinto(self, buffer: memoryview) -> int:
        """See messages.Body."""
        if self._remaining_in_chunk == 0 and not self.is_complete:
            self._begin_chunk()
        if self.is_complete:
            return 0
        count = self._source.receive_into(buffer[: self._remaining_in_chunk])
        self._remaining_in_chunk -= count
        return count

    def _begin_chunk(self) -> None:
        if not self._is_first_chunk:
            self._source.receive_line(0)
        match = _CHUNK_SIZE.fullmatch(self._source.receive_line(MAX_LINE))
        if match is None:
            raise BadRequest(400, "a chunk does not begin with its size")
        self._is_first_chunk = False
        self._remaining_in_chunk = int(match[1], 16)
        if self._remaining_in_chunk == 0:
            self._discard_trailers()
            self.is_complete = True

    def _discard_trailers(self) -> None:
        limit = MAX_LINE
        for _ in range(MAX_HEADERS + 1):
            line = self._source.receive_line(limit)
            if not line:
                return
            parse_fields(line + b"\r\n")
            limit -= len(line)
        raise BadRequest(431, "too many trailers")
