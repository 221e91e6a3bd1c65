"""One connection: its requests in turn, each read, answered by the core and logged.

Takes the place of http.server's request handler, which parses heads by email.parser, takes what two programs could read
differently, and holds a thread for each client: docs/decisions/0006-registry-http.md.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from registry_gitops.registry.http import reply
from registry_gitops.registry.http.body import ChunkedBody, LengthBody
from registry_gitops.registry.http.channel import Plain
from registry_gitops.registry.http.head import BadRequest, Head, parse_fields, parse_line
from registry_gitops.registry.http.incoming import Incoming
from registry_gitops.registry.http.limits import Pace
from registry_gitops.registry.http.workers import Leadership
from registry_gitops.registry.log import Entry
from registry_gitops.registry.messages import ClientGone, FilePart, Request, Response

if TYPE_CHECKING:
    from registry_gitops.registry.http.server import Server

_RECEIVE: Final = 64 * 1024
_UNREAD: Final = 256 * 1024
"""Bytes of a body that nobody wanted, and that are read all the same to keep the connection."""
_AT_ONCE: Final = 1024 * 1024
"""Bytes of a response that are put together, and sent with as few calls as the client allows."""
_LINGER: Final = 2.0
"""Seconds in which a client may still send what it began, before the connection is cut: else it may lose the answer."""

GONE: Final = 499
"""What the log says where the client did not wait for the answer; as nginx has it."""

_Body = LengthBody | ChunkedBody


class _Unreadable(ClientGone):
    """A file is not what the response has promised: the client can only be cut off, so that it takes it for nothing."""


class Connection:
    """What one client sends. `turn` is called whenever something has come, by one thread at a time.

    One that is `surplus` is told so, whatever it sends.
    """

    def __init__(self, channel: Plain, client: str, server: Server, *, surplus: bool = False) -> None:
        self.channel = channel
        self.client = client
        self.server = server
        self.deadline = time.monotonic() + server.limits.head
        """When the housekeeper ends the connection; never, while a request is being answered."""
        self.turns = threading.Lock()
        """Held by the thread that is in `turn`; the server's to take, as `parked` is to set."""
        self.parked = False
        """Whether the poller watches it."""
        self.working = False
        """Whether a request is being answered."""
        self._incoming = Incoming(channel, server.limits)
        self._block = (b"", parse_fields(b""))
        self._surplus = surplus
        self._lingers = False

    # -- one look at what has come

    def turn(self, leadership: Leadership) -> bool:
        """Answer all that has come, and say whether to wait for more."""
        try:
            while self._look(leadership):
                if not self.channel.pending():
                    return True
        except BadRequest as error:
            self.refuse(error.status, error.reason)
            return True
        except (ClientGone, OSError):
            pass  # There is nobody left to tell.
        finally:
            self.working = False
        return False

    def _look(self, leadership: Leadership) -> bool:
        data = self.channel.receive_now(_RECEIVE)
        if data is None:
            return True
        if not data:
            return False
        if self._lingers:
            return True
        if self._surplus:
            self.refuse(503, "too many connections are open", retry_after=1)
            return True
        incoming = self._incoming
        limits = self.server.limits
        if not incoming.buffer:
            self.deadline = time.monotonic() + limits.head
        incoming.buffer += data
        while incoming.buffer and (head := incoming.head()):
            self.deadline = float("inf")
            self.working = True
            if not self._exchange(*head, leadership):
                self._linger()
                return True
            self.deadline = time.monotonic() + (limits.head if incoming.buffer else limits.idle)
        return True

    # -- one request

    def _exchange(self, line: bytes, block: bytes, leadership: Leadership) -> bool:
        """Answer and log one request; False when it was the last of this connection."""
        started = time.time()
        # A client sends the same headers with each request of a connection, as often as not.
        if self._block[0] != block:
            self._block = (block, parse_fields(block))
        head = parse_line(line.decode("latin-1"), self._block[1])
        fields = head.fields
        body: _Body = ChunkedBody(self._incoming) if fields.chunked else LengthBody(self._incoming, fields.length)
        if not body.ended:
            self._incoming.begin_body(asks_to_continue=fields.expects_continue and head.http11)
        request = Request(head.method, head.path, head.query, fields.values, body, self.client, self.server.secure)
        try:
            response = self._answer(request, body, leadership)
            keeps_alive = head.keeps_alive and self._can_go_on(body, leadership) and not self.server.stopping
            try:
                sent = self._send(head, response, leadership, keeps_alive=keeps_alive)
            except _Unreadable:
                if response.unreadable is not None:
                    response.unreadable()
                raise
            finally:
                reply.close(response)
        except (ClientGone, OSError):
            self._log(started, request, head.target, GONE, 0)
            raise
        self._log(started, request, head.target, response.status, sent)
        if not body.ended and keeps_alive:
            self._read_rest(body)
        return keeps_alive

    def _answer(self, request: Request, body: _Body, leadership: Leadership) -> Response:
        """The core's answer. Unless it comes from memory or a few small files, another thread serves the rest."""
        application = self.server.application
        if not (body.ended and application.is_quick(request)) and not leadership.hand_over():
            return reply.busy()
        try:
            response = application(request)
        except BadRequest as error:
            return reply.refusal(error.status, error.reason)
        if leadership.is_held and reply.has_files(response) and not leadership.hand_over():
            reply.close(response)
            return reply.busy()
        return response

    def _can_go_on(self, body: _Body, leadership: Leadership) -> bool:
        """Whether the next request can be found behind a body that nobody may have read."""
        if body.ended:
            return True
        if leadership.is_held or self._incoming.asks_to_continue:
            return False
        return isinstance(body, LengthBody) and body.left <= _UNREAD

    def _read_rest(self, body: _Body) -> None:
        """Read what is left of a body. The next request begins behind it."""
        piece = memoryview(bytearray(_RECEIVE))
        while not body.ended:
            body.readinto(piece)

    # -- the response

    def _send(self, head: Head, response: Response, leadership: Leadership, *, keeps_alive: bool) -> int:
        """Send the response, and say how many bytes of body went out."""
        connection = None if keeps_alive and head.http11 else "keep-alive" if keeps_alive else "close"
        begin = reply.head(response, connection=connection)
        parts: Sequence[bytes | FilePart] = response.body
        if head.method == "HEAD" or response.status in reply.BODYLESS:
            parts = ()
        size = sum(map(reply.length, parts))
        small = [part for part in parts if isinstance(part, bytes)]
        if size <= _AT_ONCE and len(small) == len(parts):
            begin, parts = b"".join((begin, *small)), ()
            if leadership.is_held:
                sent = self.channel.send_now(begin)
                if sent == len(begin):
                    return size
                begin = begin[sent:]
        if not leadership.hand_over():
            raise ClientGone("no thread is free to wait for the client")
        self._send_all([begin, *(part for part in parts if reply.length(part))])
        return size

    def _send_all(self, parts: Sequence[bytes | FilePart]) -> None:
        """Send everything, waiting for the client. Raises ClientGone."""
        pace = Pace(self.server.limits)
        for part in parts:
            size, sent = reply.length(part), 0
            while sent < size:
                if isinstance(part, FilePart):
                    count = self._send_file(part, sent)
                else:
                    count = self.channel.send(memoryview(part)[sent:], more=part is not parts[-1])
                sent += count
                pace.moved(count)

    def _send_file(self, part: FilePart, sent: int) -> int:
        try:
            count = self.channel.send_file(part, sent)
        except OSError as error:
            if error.errno == errno.EIO:
                raise _Unreadable("the file cannot be read") from error
            raise
        if not count:
            raise _Unreadable("the file ends before its end")
        return count

    # -- the end

    def refuse(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        """Answer what is no request, and end the connection behind it."""
        response = reply.refusal(status, reason, retry_after=retry_after)
        answer = reply.head(response, connection="close")
        body = b"".join(part for part in response.body if isinstance(part, bytes))
        with suppress(OSError):  # The client may have gone already.
            self.channel.send_now(answer + body)
        nothing = Request("-", "", "", {}, LengthBody(self._incoming, 0), self.client, self.server.secure)
        self._log(time.time(), nothing, "-", status, len(body))
        self._linger()

    def expire(self) -> None:
        """Say why it ends, where the client has begun a request: its time is over."""
        if self._incoming.buffer:
            self.refuse(408, "the head of the request did not come in time")

    def _linger(self) -> None:
        """Take what the client still sends until it leaves: a connection cut before would lose it the answer."""
        self.channel.finish()
        self._lingers = True
        self._incoming.buffer = b""
        self.deadline = time.monotonic() + _LINGER

    def _log(self, started: float, request: Request, target: str, status: int, sent: int) -> None:
        if self.server.log is not None:
            agent = request.headers.get("user-agent", "")
            seconds = time.time() - started
            self.server.log(
                Entry(started, request.client, request.user, request.method, target, status, sent, seconds, agent)
            )
