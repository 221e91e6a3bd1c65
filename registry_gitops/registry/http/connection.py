"""One connection: reads its requests one after the other, lets the core answer each, and logs it.

It replaces http.server's request handler, which parses heads with email.parser, accepts what two programs could read
differently, and uses a thread for each client: docs/decisions/0006-registry-http.md.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from registry_gitops.registry.access_log import AccessLogEntry, AccessLogger
from registry_gitops.registry.http import reply
from registry_gitops.registry.http.body import ChunkedBody, LengthBody
from registry_gitops.registry.http.channel import PlainChannel
from registry_gitops.registry.http.head import BadRequest, Head, parse_fields, parse_line
from registry_gitops.registry.http.limits import Limits, TransferRate
from registry_gitops.registry.http.phases import ConnectionEvent, ConnectionState, Phase, phase_timeouts
from registry_gitops.registry.http.receive_buffer import ReceiveBuffer
from registry_gitops.registry.http.workers import Leadership
from registry_gitops.registry.messages import Application, ClientGone, FilePart, Request, Response

_RECEIVE_SIZE: Final = 64 * 1024
_MAX_DRAIN: Final = 256 * 1024
"""Bytes of a body that the handler did not read, and that are read to keep the connection."""
_MAX_JOIN: Final = 1024 * 1024
"""Bytes of a response that are joined in memory, and sent with as few calls as possible."""

CLIENT_CLOSED_REQUEST: Final = 499
"""Status code in the log if the client did not wait for the response; nginx uses the same one."""

_Body = LengthBody | ChunkedBody


class _UnreadableFileError(ClientGone):
    """A file does not have the promised bytes: only a broken connection tells the client that they are missing."""


class ServerContext:
    """What a server shares with its connections. Only `is_stopping` changes, and only the server changes it."""

    def __init__(self, application: Application, limits: Limits, log: AccessLogger | None, *, uses_tls: bool) -> None:
        self.application = application
        self.limits = limits
        self.phase_timeouts = phase_timeouts(limits)
        self.log = log
        self.uses_tls = uses_tls
        self.is_stopping = False
        """Whether each response is the last one of its connection."""


class Connection:
    """What one client sends. `take_turn` is called when bytes have arrived, by the thread that holds `turn_lock`."""

    def __init__(
        self, channel: PlainChannel, client: str, context: ServerContext, *, phase: Phase = Phase.ACCEPTED
    ) -> None:
        self.channel = channel
        self.client = client
        self.state = ConnectionState(phase, context.phase_timeouts)
        self.turn_lock = threading.Lock()
        """The server acquires and releases it, and sets `is_polled`."""
        self.is_polled = False
        self._context = context
        self._received = ReceiveBuffer(channel, context.limits)
        self._fields = (b"", parse_fields(b""))
        """The header lines of the last request, and what they were parsed to."""

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.state.phase is Phase.ANSWERING

    # -- one turn

    def take_turn(self, leadership: Leadership) -> bool:
        """Answer all requests that are here, and return whether to wait for more; if not, the caller calls `close`."""
        try:
            while self._receive_and_answer(leadership):
                if not self.channel.has_buffered_bytes():
                    self._wait_for_more()
                    return True
        except BadRequest as error:
            self.refuse(error.status, error.reason)
            return True
        except (ClientGone, OSError):
            pass  # There is nobody to tell.
        return False

    def _receive_and_answer(self, leadership: Leadership) -> bool:
        data = self.channel.receive_now(_RECEIVE_SIZE)
        if data is None:
            return True
        if not data:
            return False
        if self.state.phase is Phase.OVER_LIMIT:
            self.refuse(503, "too many connections are open", retry_after=1)
        elif self.state.phase is not Phase.LINGERING:
            self._received.unread += data
            while self._received.unread and (head := self._received.take_head()):
                self.state.move(ConnectionEvent.REQUEST)
                self._answer_request(*head, leadership)
        return True

    def _wait_for_more(self) -> None:
        if self.state.phase is Phase.ANSWERING:
            self.state.move(ConnectionEvent.ALL_ANSWERED)
        if self._received.unread and self.state.phase is not Phase.READING_HEAD:
            self.state.move(ConnectionEvent.PARTIAL_HEAD)

    # -- one request

    def _answer_request(self, line: bytes, block: bytes, leadership: Leadership) -> None:
        """Answer and log one request. After the last one of this connection, it is LINGERING."""
        started = time.time()
        # Clients often send the same headers with each request of a connection.
        if self._fields[0] != block:
            self._fields = (block, parse_fields(block))
        head = parse_line(line.decode("latin-1"), self._fields[1])
        fields = head.fields
        body: _Body = ChunkedBody(self._received) if fields.chunked else LengthBody(self._received, fields.length)
        if not body.is_complete:
            self._received.begin_body(is_continue_awaited=fields.expects_continue and head.http11)
        context = self._context
        request = Request(head.method, head.path, head.query, fields.values, body, self.client, context.uses_tls)
        try:
            response = self._call_application(request, body, leadership)
            can_continue = body.is_complete or self._can_drain(body, leadership)
            keeps_alive = head.keeps_alive and can_continue and not context.is_stopping
            try:
                sent = self._send(head, response, leadership, keeps_alive=keeps_alive)
            except _UnreadableFileError:
                if response.unreadable is not None:
                    response.unreadable()
                raise
            finally:
                reply.close_files(response)
        except (ClientGone, OSError):
            self._log(started, request, head.target, CLIENT_CLOSED_REQUEST, 0)
            raise
        self._log(started, request, head.target, response.status, sent)
        if not keeps_alive:
            self.channel.shut_down_write()
            self._linger()
        elif not body.is_complete:
            self._drain_body(body)

    def _call_application(self, request: Request, body: _Body, leadership: Leadership) -> Response:
        """Return the core's response. If that can block, another thread becomes the leader first."""
        application = self._context.application
        if not (body.is_complete and application.answers_without_blocking(request)) and not leadership.hand_over():
            return reply.too_many_requests()
        try:
            response = application(request)
        except BadRequest as error:
            return reply.error_response(error.status, error.reason)
        if leadership.is_held and not reply.is_in_memory(response.body) and not leadership.hand_over():
            reply.close_files(response)
            return reply.too_many_requests()
        return response

    def _can_drain(self, body: _Body, leadership: Leadership) -> bool:
        """Whether the rest of the body can be read, to find the next request after it."""
        if leadership.is_held or self._received.is_continue_awaited:
            return False
        return isinstance(body, LengthBody) and body.remaining <= _MAX_DRAIN

    def _drain_body(self, body: _Body) -> None:
        piece = memoryview(bytearray(_RECEIVE_SIZE))
        while not body.is_complete:
            body.readinto(piece)

    # -- the response

    def _send(self, head: Head, response: Response, leadership: Leadership, *, keeps_alive: bool) -> int:
        connection = None if keeps_alive and head.http11 else "keep-alive" if keeps_alive else "close"
        parts: Sequence[bytes | FilePart] = response.body
        size = sum(map(reply.part_size, parts))
        begin = reply.format_head(response, size, connection=connection)
        if head.method == "HEAD" or response.status in reply.BODYLESS:
            parts, size = (), 0
        if size <= _MAX_JOIN and reply.is_in_memory(parts):
            begin, parts = b"".join((begin, *parts)), ()
            if leadership.is_held:
                sent = self.channel.send_now(begin)
                if sent == len(begin):
                    return size
                begin = begin[sent:]
        if not leadership.hand_over():
            raise ClientGone("no thread is free to wait for the client")
        self._send_all([begin, *(part for part in parts if reply.part_size(part))])
        return size

    def _send_all(self, parts: Sequence[bytes | FilePart]) -> None:
        rate = TransferRate(self._context.limits)
        for part in parts:
            size, sent = reply.part_size(part), 0
            while sent < size:
                if isinstance(part, FilePart):
                    count = self._send_file(part, sent)
                else:
                    count = self.channel.send(memoryview(part)[sent:], more=part is not parts[-1])
                sent += count
                rate.add(count)

    def _send_file(self, part: FilePart, sent: int) -> int:
        try:
            count = self.channel.send_file(part, sent)
        except OSError as error:
            if error.errno == errno.EIO:
                raise _UnreadableFileError("the file cannot be read") from error
            raise
        if not count:
            raise _UnreadableFileError("the file ends before its end")
        return count

    # -- the end

    def refuse(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        """Send an error as the last response, unless the last one is sent already."""
        if self.state.phase is not Phase.LINGERING:
            self._send_error(status, reason, retry_after=retry_after)
            self._linger()

    def expire(self) -> None:
        """Tell a client that did not complete a head why the caller closes the connection."""
        if self.state.phase is Phase.READING_HEAD:
            self._send_error(408, "the head of the request did not come in time")

    def close(self) -> None:
        """Close the socket."""
        self.state.move(ConnectionEvent.END)
        self.channel.close()

    def _linger(self) -> None:
        """Discard what the client sends from now on, until it leaves."""
        self.state.move(ConnectionEvent.LAST_RESPONSE)
        self._received.unread = b""

    def _send_error(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        """Send and log an error that belongs to no request, and nothing after it."""
        response = reply.error_response(status, reason, retry_after=retry_after)
        body = b"".join(part for part in response.body if isinstance(part, bytes))
        head = reply.format_head(response, len(body), connection="close")
        with suppress(OSError):  # The client has left already.
            self.channel.send_now(head + body)
        self.channel.shut_down_write()
        no_request = Request("-", "", "", {}, LengthBody(self._received, 0), self.client, self._context.uses_tls)
        self._log(time.time(), no_request, "-", status, len(body))

    def _log(self, started: float, request: Request, target: str, status: int, sent: int) -> None:
        if self._context.log is not None:
            agent = request.headers.get("user-agent", "")
            seconds = time.time() - started
            self._context.log(
                AccessLogEntry(
                    started, request.client, request.user, request.method, target, status, sent, seconds, agent
                )
            )
