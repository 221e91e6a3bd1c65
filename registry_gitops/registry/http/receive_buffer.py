"""What has come of a connection and was not read yet: heads as they are complete, and the bytes of bodies."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.registry.http import reply
from registry_gitops.registry.http.channel import Plain
from registry_gitops.registry.http.head import END, MAX_HEAD, MAX_TARGET, BadRequest
from registry_gitops.registry.http.limits import Limits, Pace
from registry_gitops.registry.messages import ClientGone

_LINE_PIECE: Final = 4096
_TLS: Final = b"\x16\x03"
"""How a TLS client begins. Clients that try TLS first wait for a refusal before they try plain HTTP."""
_EMPTY_LINES = re.compile(rb"(?:\r\n)+")
_NO_LINE: Final = re.compile(rb"(?<!\r)\n|\r[^\n]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no line has in it, and none ends with (RFC 9112, 2.2): a bare LF or CR, or another control character."""
_NO_LINE_REASON: Final = "a line has a control character in it, or does not end with CRLF"


class Incoming:
    """The receiving side of a connection; a `body.Source`."""

    def __init__(self, channel: Plain, limits: Limits) -> None:
        self.buffer = b""
        """Bytes behind all that was read."""
        self.asks_to_continue = False
        """Whether the client still waits to be asked for the body of its request."""
        self._channel = channel
        self._limits = limits
        self._pace = Pace(limits)

    def head(self) -> tuple[bytes, bytes] | None:
        """The next request line and the header lines below it, once all is there. Raises BadRequest where it never is.

        Line ends are CRLF, and each header line has its own.
        """
        buffer = self.buffer
        if buffer.startswith(b"\r\n") and (empty := _EMPTY_LINES.match(buffer)):  # RFC 9112, 2.2
            buffer = self.buffer = buffer[empty.end() :]
        line_end = buffer.find(b"\r\n", 0, MAX_TARGET + 2)
        end = buffer.find(END, 0, MAX_HEAD + 4)
        if line_end < 0 and len(buffer) >= MAX_TARGET + 2:
            raise BadRequest(414, f"the request line is longer than {MAX_TARGET} bytes")
        if end < 0 and len(buffer) >= MAX_HEAD + 4:
            raise BadRequest(431, f"the head is longer than {MAX_HEAD} bytes")
        if end >= 0:
            self.buffer = buffer[end + 4 :]
            return buffer[:line_end], buffer[line_end + 2 : end + 2]
        if buffer.startswith(_TLS):
            raise BadRequest(400, "this is TLS, and plain HTTP is spoken here")
        if _NO_LINE.search(buffer):
            raise BadRequest(400, _NO_LINE_REASON)
        return None

    def begin_body(self, *, asks_to_continue: bool) -> None:
        """From now on a body is read, at a pace of its own."""
        self.asks_to_continue = asks_to_continue
        self._pace = Pace(self._limits)

    def receive_into(self, buffer: memoryview) -> int:
        """See body.Source."""
        if self.buffer:
            count = min(len(self.buffer), len(buffer))
            buffer[:count] = self.buffer[:count]
            self.buffer = self.buffer[count:]
            return count
        return self._fetch(buffer)

    def receive_line(self, limit: int) -> bytes:
        """See body.Source."""
        while (end := self.buffer.find(b"\r\n", 0, limit + 2)) < 0:
            # Nobody waits for the end of a line that can no longer become one.
            if _NO_LINE.search(self.buffer, 0, limit + 2):
                raise BadRequest(400, _NO_LINE_REASON)
            if len(self.buffer.removesuffix(b"\r")) > limit:
                raise BadRequest(400, "a chunk, or a line between chunks, is longer than it may be")
            piece = bytearray(_LINE_PIECE)
            self.buffer += piece[: self._fetch(memoryview(piece))]
        line, self.buffer = self.buffer[:end], self.buffer[end + 2 :]
        if _NO_LINE.search(line):
            raise BadRequest(400, _NO_LINE_REASON)
        return line

    def _fetch(self, buffer: memoryview) -> int:
        try:
            if self.asks_to_continue:
                self.asks_to_continue = False
                self._channel.send(memoryview(reply.CONTINUE))
            count = self._channel.receive_into(buffer)
        except OSError as error:  # A handler would take it for the disk's.
            raise ClientGone(f"the connection broke: {error}") from error
        if not count:
            raise ClientGone("the client left before the end of the body")
        self._pace.moved(count)
        return count
