"""The server: connections are watched by one thread, the leader, which answers by itself what needs no waiting.

Before anything else it gives up the lead, a follower takes over, and it works on as if it were alone: handlers are
plain blocking code. Hundreds of slow or silent clients cost a table entry each, and no thread.
"""

from __future__ import annotations

import errno
import selectors
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.server import HTTPServer
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from registry_gitops.registry.faults import report_bug
from registry_gitops.registry.http.channel import Plain, Secure
from registry_gitops.registry.http.connection import Connection
from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.workers import Leadership, WorkerPool
from registry_gitops.registry.log import AccessLog
from registry_gitops.registry.messages import Request, Response

_ACCEPTS: Final = 64
"""Connections that are accepted before the others have their turn."""
_SURPLUS: Final = 64
"""Connections over the limit that are told so; more are closed without a word."""
_STUCK: Final = 0.1
"""Seconds after which a leader that does not come back loses the lead: its disk has stopped to answer, perhaps."""
_FAREWELL: Final = 1.0
"""Seconds in which a thread may end whose connection was cut."""
_SIGNAL_POLL: Final = 0.5
"""Seconds after which the main thread runs a signal handler that nothing has woken it for."""
_OUT_OF_FILES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Application(Protocol):
    """The core, as it is served."""

    def __call__(self, request: Request) -> Response:
        """The answer. Raises nothing but ClientGone."""

    def is_quick(self, request: Request) -> bool:
        """Whether the answer comes from memory or a few small files, so that nobody needs to take over meanwhile."""


class Server(HTTPServer):
    """Serves `application` on `address` (port 0: a free one) from construction on; answers from `serve` on.

    Raises OSError where the address cannot be had.
    """

    request_queue_size = 1024
    allow_reuse_address = True
    allow_reuse_port = False

    def __init__(
        self,
        application: Application,
        address: tuple[str, int],
        *,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        log: AccessLog | None = None,
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.application = application
        self.limits = limits or Limits()
        self.log = log
        self.secure = tls is not None
        """Whether TLS is spoken."""
        self.stopping = False
        self._tls = tls
        self._poller = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._poller.register(self._woken, selectors.EVENT_READ)
        self._lock = threading.Lock()
        """Held to change what the poller watches, and to let go of a connection."""
        self._connections: dict[int, Connection] = {}
        self._workers = WorkerPool(self._watch, self.limits.requests)
        self._stops: SimpleQueue[float] = SimpleQueue()
        self._ended = threading.Event()
        self._listens = False
        super().__init__(address, Connection)  # type: ignore[arg-type]
        self.socket.setblocking(False)
        self._listen(True)

    def server_bind(self) -> None:
        """Bind, and do not ask the DNS for our name, as HTTPServer does: that may take seconds."""
        super(HTTPServer, self).server_bind()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        host, port = self.server_address[:2]
        return str(host), port

    # -- start and stop

    def serve(self) -> None:
        """Answer until `stop`, then let end what runs, and return."""
        self._workers.start()
        housekeeper = threading.Thread(target=self._keep_house, daemon=True)
        housekeeper.start()
        seconds = self._wait_for_stop()
        self._drain(time.monotonic() + seconds)
        self._ended.set()
        housekeeper.join()
        self._waker.send(b"x")
        self._workers.shut_down(_FAREWELL)

    def stop(self, seconds: float = 10) -> None:
        """Make `serve` return: at once where nothing runs, soon after `seconds` else. For signal handlers too."""
        self._stops.put(seconds)

    def _wait_for_stop(self) -> float:
        while True:
            # Python runs signal handlers in the main thread. A signal that arrives just before it falls asleep, or in
            # another thread, does not wake it: without a timeout, the handler that calls `stop` would never run.
            with suppress(Empty):
                return self._stops.get(timeout=_SIGNAL_POLL)

    def _drain(self, deadline: float) -> None:
        self.stopping = True
        self._listen(False)
        self.socket.close()
        self._cut(idle=True)
        while time.monotonic() < deadline and any(each.working for each in list(self._connections.values())):
            time.sleep(0.005)
        self._cut(idle=False)

    def _cut(self, *, idle: bool) -> None:
        for connection in list(self._connections.values()):
            if not (idle and connection.working):
                connection.channel.cut()

    def server_close(self) -> None:
        """Give back the address, all connections and what else is open. A thread that still works closes its own."""
        super().server_close()
        self.stopping = True
        for connection in list(self._connections.values()):
            connection.channel.cut()
            if connection.turns.acquire(blocking=False):
                self._close(connection)
        with self._lock:
            for connection in self._connections.values():
                self._unpark(connection)
            self._poller.close()
        self._waker.close()
        self._woken.close()

    # -- connections

    def _watch(self, leadership: Leadership) -> None:
        """Lead, until the lead is given up or taken."""
        while leadership.is_held and not self._ended.is_set():
            leadership.busy_since = float("inf")
            for key, _ in self._poller.select():
                if key.fileobj is self._woken:
                    return  # The end of `serve`.
                leadership.busy_since = time.monotonic()
                if key.data is None:
                    self._accept()
                elif not self._turn(key.data, leadership):
                    return

    def _accept(self) -> None:
        for _ in range(_ACCEPTS):
            try:
                accepted, client = self.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _OUT_OF_FILES:
                    # The poller would report the listening socket again at once; the housekeeper listens again.
                    self._listen(False)
                    return
                continue
            try:
                self._welcome(accepted, client[0])
            except OSError:
                accepted.close()  # The client has left already.
            except BaseException:
                accepted.close()
                raise

    def _welcome(self, accepted: socket.socket, client: str) -> None:
        open_now = len(self._connections)
        if open_now >= self.limits.connections + _SURPLUS:
            accepted.close()
            return
        accepted.setblocking(True)
        seconds = self.limits.stall
        channel = Secure(accepted, seconds, self._tls) if self._tls else Plain(accepted, seconds)
        connection = Connection(channel, client, self, surplus=open_now >= self.limits.connections)
        with self._lock:
            self._park(connection)
            self._connections[channel.fileno()] = connection

    def _turn(self, connection: Connection, leadership: Leadership) -> bool:
        """Let it have its turn, and say whether the lead is still held."""
        if not connection.turns.acquire(blocking=False):
            # Whoever is at it looks at what comes now, too, and lets it be watched again.
            with self._lock:
                if connection.turns.locked():
                    self._unpark(connection)
            return leadership.is_held
        stays = False
        try:
            stays = connection.turn(leadership)
        except BaseException:  # A mistake of ours: nothing has been sent yet, as far as we know.
            report_bug()
            with suppress(Exception):
                connection.refuse(500, "the request could not be answered")
                stays = True
        with self._lock:
            try:
                if stays and not self.stopping:
                    self._park(connection)
                    connection.turns.release()
                    return leadership.is_held
            except Exception:  # The poller may have no room for it.
                report_bug()
        self._close(connection)
        return leadership.is_held

    def _park(self, connection: Connection) -> None:
        if not connection.parked:
            self._poller.register(connection.channel, selectors.EVENT_READ, connection)
            connection.parked = True

    def _unpark(self, connection: Connection) -> None:
        if connection.parked:
            connection.parked = False
            self._poller.unregister(connection.channel)

    def _close(self, connection: Connection) -> None:
        """Let go of a connection whose turn is held: an event that still comes for it finds it taken for good."""
        with self._lock:
            self._unpark(connection)
            self._connections.pop(connection.channel.fileno(), None)
            connection.channel.close()

    # -- housekeeping

    def _keep_house(self) -> None:
        """Take the lead from a leader that is stuck, and end connections whose time is over."""
        while not self._ended.wait(_STUCK):
            try:
                self._check_times(time.monotonic())
            except BaseException:  # The next time may go well.
                report_bug()

    def _check_times(self, now: float) -> None:
        leadership = self._workers.leadership
        if now - leadership.busy_since > _STUCK:
            leadership.hand_over()
        self._listen(True)
        for connection in list(self._connections.values()):
            if connection.deadline < now and connection.turns.acquire(blocking=False):
                self._end(connection, now)

    def _end(self, connection: Connection, now: float) -> None:
        if connection.deadline < now:
            try:
                connection.expire()
            finally:
                self._close(connection)
        else:  # Something has come in the meantime.
            with self._lock:
                connection.turns.release()
                self._park(connection)

    def _listen(self, wanted: bool) -> None:
        with self._lock:
            wanted = wanted and not self.stopping
            if wanted != self._listens:
                if wanted:
                    self._poller.register(self.socket, selectors.EVENT_READ)
                else:
                    self._poller.unregister(self.socket)
                self._listens = wanted
