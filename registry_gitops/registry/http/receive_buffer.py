"""The bytes received from a client and not parsed yet: complete heads, and the bytes of bodies."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.registry.http import reply
from registry_gitops.registry.http.channel import PlainChannel
from registry_gitops.registry.http.head import END, MAX_HEAD, MAX_TARGET, BadRequest
from registry_gitops.registry.http.limits import Limits, TransferRate
from registry_gitops.registry.messages import ClientGone

_LINE_PIECE: Final = 4096
_TLS: Final = b"\x16\x03"
"""The first bytes of a TLS client. Clients that try TLS first wait for a refusal before they try plain HTTP."""
_EMPTY_LINES = re.compile(rb"(?:\r\n)+")
_NO_LINE: Final = re.compile(rb"(?<!\r)\n|\r[^\n]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no line contains or ends with (RFC 9112, 2.2): a bare LF or CR, or another control character."""
_NO_LINE_REASON: Final = "a line has a control character in it, or does not end with CRLF"


class ReceiveBuffer:
    """The receiving side of a connection."""

    def __init__(self, channel: PlainChannel, limits: Limits) -> None:
        self.unread = b""
        """Bytes received and not parsed yet."""
        self.is_continue_awaited = False
        """Whether the client waits for a 100 before it sends the body."""
        self._channel = channel
        self._limits = limits
        self._rate = TransferRate(limits)

    def take_head(self) -> tuple[bytes, bytes] | None:
        """Return the next request line and its header lines, with their CRLF; None if incomplete. Raises BadRequest."""
        unread = self.unread
        if unread.startswith(b"\r\n") and (empty := _EMPTY_LINES.match(unread)):  # RFC 9112, 2.2
            unread = self.unread = unread[empty.end() :]
        line_end = unread.find(b"\r\n", 0, MAX_TARGET + 2)
        end = unread.find(END, 0, MAX_HEAD + 4)
        if line_end < 0 and len(unread) >= MAX_TARGET + 2:
            raise BadRequest(414, f"the request line is longer than {MAX_TARGET} bytes")
        if end < 0 and len(unread) >= MAX_HEAD + 4:
            raise BadRequest(431, f"the head is longer than {MAX_HEAD} bytes")
        if end >= 0:
            self.unread = unread[end + 4 :]
            return unread[:line_end], unread[line_end + 2 : end + 2]
        if unread.startswith(_TLS):
            raise BadRequest(400, "this is TLS, and plain HTTP is spoken here")
        if _NO_LINE.search(unread):
            raise BadRequest(400, _NO_LINE_REASON)
        return None

    def begin_body(self, *, is_continue_awaited: bool) -> None:
        """Prepare for the body of a request, which has its own transfer rate."""
        self.is_continue_awaited = is_continue_awaited
        self._rate = TransferRate(self._limits)

    def receive_into(self, buffer: memoryview) -> int:
        """Put at least one byte into `buffer`, and return the number of bytes. Raises ClientGone at the end."""
        if self.unread:
            count = min(len(self.unread), len(buffer))
            buffer[:count] = self.unread[:count]
            self.unread = self.unread[count:]
            return count
        return self._receive(buffer)

    def receive_line(self, limit: int) -> bytes:
        """Return a line without its CRLF. Raises ClientGone, and BadRequest if it is longer than `limit` bytes."""
        while (end := self.unread.find(b"\r\n", 0, limit + 2)) < 0:
            # Do not wait for the end of a line that is invalid already.
            if _NO_LINE.search(self.unread, 0, limit + 2):
                raise BadRequest(400, _NO_LINE_REASON)
            if len(self.unread.removesuffix(b"\r")) > limit:
                raise BadRequest(400, "a chunk, or a line between chunks, is longer than it may be")
            piece = bytearray(_LINE_PIECE)
            self.unread += piece[: self._receive(memoryview(piece))]
        line, self.unread = self.unread[:end], self.unread[end + 2 :]
        if _NO_LINE.search(line):
            raise BadRequest(400, _NO_LINE_REASON)
        return line

    def _receive(self, buffer: memoryview) -> int:
        try:
            if self.is_continue_awaited:
                self.is_continue_awaited = False
                self._channel.send(memoryview(reply.CONTINUE))
            count = self._channel.receive_into(buffer)
        except OSError as error:  # A handler would take it for an error of the storage.
            raise ClientGone(f"the connection broke: {error}") from error
        if not count:
            raise ClientGone("the client left before the end of the body")
        self._rate.add(count)
        return count
