"""The bytes of a connection, plain or over TLS: without waiting, or with a timeout.

A plain socket stays in blocking mode. Its timeouts are the kernel's (SO_RCVTIMEO), because Python's own cost a poll()
before each call.
"""

# ruff: noqa: D102 (PlainChannel documents the methods)

from __future__ import annotations

import os
import socket
import ssl
import struct
from contextlib import suppress
from typing import Final

from registry_gitops.registry.messages import ClientGone, FilePart

_TLS_FILE_PIECE: Final = 256 * 1024
_FILE_PIECE: Final = 4 * 1024 * 1024
"""Bytes of a file per call. A call ends when all are sent, and the transfer rate is checked after each call."""


class PlainChannel:
    """TCP without TLS."""

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        timeval = struct.pack("ll", int(timeout), int(timeout % 1 * 1e6))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
        self._socket = connection

    def receive_now(self, count: int) -> bytes | None:
        """Return at most `count` bytes that are already here, None if there are none, b"" at the end of the stream."""
        try:
            return self._socket.recv(count, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None

    def receive_into(self, buffer: memoryview) -> int:
        """Wait for bytes, and return their number; 0 at the end of the stream. Raises ClientGone at the timeout."""
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, TimeoutError):
            raise ClientGone("no byte came in time") from None

    def send_now(self, data: bytes) -> int:
        """Send what fits into the socket's buffer, and return the number of bytes."""
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def send(self, data: memoryview, *, more: bool = False) -> int:
        """Send some of `data`; return the bytes sent. `more` data follows at once. Raises ClientGone at the timeout."""
        try:
            return self._socket.send(data, getattr(socket, "MSG_MORE", 0) if more else 0)
        except (BlockingIOError, TimeoutError):
            raise ClientGone("no byte was taken in time") from None

    def send_file(self, part: FilePart, done: int) -> int:
        """Send some of `part` after its first `done` bytes; return the bytes sent, 0 at its end. Raises ClientGone."""
        try:
            count = min(part.count - done, _FILE_PIECE)
            return os.sendfile(self._socket.fileno(), part.file.fileno(), part.offset + done, count)
        except BlockingIOError:
            raise ClientGone("no byte was taken in time") from None

    def has_buffered_bytes(self) -> bool:
        """Whether bytes were received that the poller cannot see."""
        return False

    def shut_down_write(self) -> None:
        """Tell the client that nothing more is sent."""
        with suppress(OSError):  # The client has left already.
            self._socket.shutdown(socket.SHUT_WR)

    def shut_down(self) -> None:
        """Shut down both directions, which wakes a thread that waits for the client."""
        with suppress(OSError):
            # Not the method of SSLSocket: a thread that is reading would continue in plain text.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class TLSChannel(PlainChannel):
    """TLS. Each `receive_now` continues the handshake, so that no thread waits for a slow one."""

    _socket: ssl.SSLSocket

    def __init__(self, connection: socket.socket, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(connection, timeout)
        self._timeout = timeout
        self._socket = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._is_handshake_done = False

    def receive_now(self, count: int) -> bytes | None:
        """See PlainChannel; before that, continue the handshake."""
        self._socket.settimeout(0)
        try:
            if not self._is_handshake_done:
                self._socket.do_handshake()
                self._is_handshake_done = True
            return self._socket.recv(count)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def receive_into(self, buffer: memoryview) -> int:
        self._socket.settimeout(self._timeout)
        return super().receive_into(buffer)

    def send_now(self, data: bytes) -> int:
        self._socket.settimeout(0)
        try:
            return self._socket.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def send(self, data: memoryview, *, more: bool = False) -> int:
        self._socket.settimeout(self._timeout)
        return super().send(data)

    def send_file(self, part: FilePart, done: int) -> int:
        """See PlainChannel. The bytes pass through memory, because the kernel has no key."""
        piece = os.pread(part.file.fileno(), min(_TLS_FILE_PIECE, part.count - done), part.offset + done)
        view, sent = memoryview(piece), 0
        while sent < len(view):
            sent += self.send(view[sent:])
        return sent

    def has_buffered_bytes(self) -> bool:
        """Whether a TLS record was read only in part."""
        return self._socket.pending() > 0

    def shut_down_write(self) -> None:
        """Do nothing: clients do not support half-closed TLS; `close` ends it."""
