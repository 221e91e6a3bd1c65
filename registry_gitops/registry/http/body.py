"""The body of a request, read from a connection: with a Content-Length, or in chunks (RFC 9112, 7.1)."""

# ruff: noqa: D102 (messages.Body documents the methods)

from __future__ import annotations

import re
from typing import Final

from registry_gitops.registry.http.head import MAX_HEADERS, BadRequest, parse_fields
from registry_gitops.registry.http.receive_buffer import ReceiveBuffer

MAX_LINE: Final = 4096
"""Bytes of a line between chunks, with extensions, and of all trailer lines together."""

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class LengthBody:
    """A body of Content-Length bytes; zero for a request without a body."""

    def __init__(self, received: ReceiveBuffer, length: int) -> None:
        self._received = received
        self.remaining = length
        self.length: int | None = length
        self.is_complete = length == 0

    def readinto(self, buffer: memoryview) -> int:
        if self.is_complete:
            return 0
        count = self._received.receive_into(buffer[: self.remaining])
        self.remaining -= count
        self.is_complete = self.remaining == 0
        return count


class ChunkedBody:
    """Chunks up to the empty one, then trailers, which must be header lines and are discarded."""

    length: int | None = None

    def __init__(self, received: ReceiveBuffer) -> None:
        self._received = received
        self._remaining_in_chunk = 0
        self._is_first_chunk = True
        self.is_complete = False

    def readinto(self, buffer: memoryview) -> int:
        if self._remaining_in_chunk == 0 and not self.is_complete:
            self._begin_chunk()
        if self.is_complete:
            return 0
        count = self._received.receive_into(buffer[: self._remaining_in_chunk])
        self._remaining_in_chunk -= count
        return count

    def _begin_chunk(self) -> None:
        if not self._is_first_chunk:
            self._received.receive_line(0)
        match = _CHUNK_SIZE.fullmatch(self._received.receive_line(MAX_LINE))
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
            line = self._received.receive_line(limit)
            if not line:
                return
            parse_fields(line + b"\r\n")
            limit -= len(line)
        raise BadRequest(431, "too many trailers")
