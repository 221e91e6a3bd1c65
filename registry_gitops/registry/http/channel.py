"""A connection's bytes, plain or in TLS: what has come and what fits now, or waiting for it with a time-out.

A plain socket stays in blocking mode. Its time-outs are the kernel's (SO_RCVTIMEO), because Python's own put a poll()
before each call.
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
from contextlib import suppress
from typing import Final

from registry_gitops.registry.messages import ClientGone, FilePart

_PIECE: Final = 256 * 1024
_FILE_PIECE: Final = 4 * 1024 * 1024
"""Bytes of a file that go out in one call, which ends when all are gone: so often is the client's pace looked at."""


class Plain:
    """TCP as it is."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        timeout = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
        self._socket = connection

    def receive_now(self, count: int) -> bytes | None:
        """What has come, at most `count` bytes; None where nothing has, and b"" at the end."""
        try:
            return self._socket.recv(count, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None

    def receive_into(self, buffer: memoryview) -> int:
        """Wait for bytes; 0 at the end. Raises ClientGone where none come in time."""
        try:
            return self._socket.recv_into(buffer)
        except BlockingIOError:
            raise ClientGone("no byte came in time") from None

    def send_now(self, data: bytes) -> int:
        """Send what fits, and say how much that was."""
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def send(self, data: memoryview, *, more: bool = False) -> int:
        """Send some of `data`, and say how much. `more` is to come at once. Raises ClientGone where nothing fits."""
        try:
            return self._socket.send(data, getattr(socket, "MSG_MORE", 0) if more else 0)
        except BlockingIOError:
            raise ClientGone("no byte was taken in time") from None

    def send_file(self, part: FilePart, done: int) -> int:
        """Send some of what is behind the first `done` bytes of `part`, and say how much; 0 where the file ends."""
        try:
            count = min(part.count - done, _FILE_PIECE)
            return os.sendfile(self._socket.fileno(), part.file.fileno(), part.offset + done, count)
        except BlockingIOError:
            raise ClientGone("no byte was taken in time") from None

    def pending(self) -> bool:
        """Whether bytes have come that the poller does not see."""
        return False

    def finish(self) -> None:
        """Say that nothing more will be sent."""
        with suppress(OSError):  # The client may have gone already.
            self._socket.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """End it in both directions, so that whoever waits for it wakes up."""
        with suppress(OSError):
            # Not SSLSocket's own, which goes on in plain text for a thread that is reading.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def fileno(self) -> int:
        """The file descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()


class Secure(Plain):
    """TLS. The handshake goes on with every look at what has come, so that nobody waits for a slow one."""

    _socket: ssl.SSLSocket

    def __init__(self, connection: socket.socket, seconds: float, context: ssl.SSLContext) -> None:
        super().__init__(connection, seconds)
        self._seconds = seconds
        self._socket = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._greeted = False

    def receive_now(self, count: int) -> bytes | None:
        """What has come, and the next step of the handshake before that."""
        self._socket.settimeout(0)
        try:
            if not self._greeted:
                self._socket.do_handshake()
                self._greeted = True
            return self._socket.recv(count)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def receive_into(self, buffer: memoryview) -> int:
        """See Plain."""
        self._socket.settimeout(self._seconds)
        try:
            return self._socket.recv_into(buffer)
        except TimeoutError:
            raise ClientGone("no byte came in time") from None

    def send_now(self, data: bytes) -> int:
        """See Plain."""
        self._socket.settimeout(0)
        try:
            return self._socket.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def send(self, data: memoryview, *, more: bool = False) -> int:
        """See Plain."""
        self._socket.settimeout(self._seconds)
        try:
            return self._socket.send(data)
        except TimeoutError:
            raise ClientGone("no byte was taken in time") from None

    def send_file(self, part: FilePart, done: int) -> int:
        """The same by way of memory: the kernel has no key."""
        piece = os.pread(part.file.fileno(), min(_PIECE, part.count - done), part.offset + done)
        view, sent = memoryview(piece), 0
        while sent < len(view):
            sent += self.send(view[sent:])
        return sent

    def pending(self) -> bool:
        """What is left of a record that was read in part."""
        return self._socket.pending() > 0

    def finish(self) -> None:
        """Nothing: TLS has no half-closed state that clients bear with; `close` ends it."""
