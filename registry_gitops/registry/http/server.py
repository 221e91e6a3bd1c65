"""The listening server: one thread, the leader, watches all connections, and answers itself what does not block.

Before it does anything that can block, the leader makes a follower the new leader, and continues with its request in
plain blocking code. Hundreds of slow or silent clients therefore cost a table entry each, and no thread.
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
from typing import Final

from registry_gitops.registry.access_log import AccessLogger, log_exception
from registry_gitops.registry.http.channel import PlainChannel, TLSChannel
from registry_gitops.registry.http.connection import Connection, ServerContext
from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.phases import Phase
from registry_gitops.registry.http.workers import Leadership, WorkerPool
from registry_gitops.registry.messages import Application

_MAX_ACCEPTS: Final = 64
"""Connections that are accepted before other connections get their turn."""
_MAX_OVER_LIMIT: Final = 64
"""Connections over the limit that get a 503; more are closed without a response."""
_HOUSEKEEPING_INTERVAL: Final = 0.1
"""Seconds; also the time after which a leader that is still busy loses the leadership: its disk may hang."""
_SHUTDOWN_TIMEOUT: Final = 1.0
"""Seconds in which a thread must end after its connection was shut down."""
_SIGNAL_POLL_INTERVAL: Final = 0.5
"""Seconds after which the main thread runs a signal handler that did not wake it."""
_OUT_OF_FILES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server(HTTPServer):
    """Serves `application`. It listens on `address` (port 0: any free port) at once, and answers while `serve` runs.

    Raises OSError if it cannot listen on the address.
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
        log: AccessLogger | None = None,
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.context = ServerContext(application, limits or Limits(), log, uses_tls=tls is not None)
        self._tls = tls
        self._poller = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._poller.register(self._woken, selectors.EVENT_READ)
        self._lock = threading.Lock()
        """Held to change what the poller watches, and to close a connection."""
        self._connections: dict[int, Connection] = {}
        self._workers = WorkerPool(self._lead, self.context.limits.max_requests)
        self._stop_timeouts: SimpleQueue[float] = SimpleQueue()
        self._ended = threading.Event()
        self._is_listening_polled = False
        super().__init__(address, Connection)  # type: ignore[arg-type]
        self.socket.setblocking(False)
        self._poll_listening(True)

    def server_bind(self) -> None:
        """Bind without a DNS query for the own name, which HTTPServer sends and which can take seconds."""
        super(HTTPServer, self).server_bind()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that the server listens on."""
        host, port = self.server_address[:2]
        return str(host), port

    # -- start and stop

    def serve(self) -> None:
        """Answer requests until `stop`, complete those that run, and return."""
        self._workers.start()
        housekeeper = threading.Thread(target=self._run_housekeeping, daemon=True)
        housekeeper.start()
        timeout = self._wait_for_stop()
        self._drain(time.monotonic() + timeout)
        self._ended.set()
        housekeeper.join()
        self._waker.send(b"x")
        self._workers.shut_down(_SHUTDOWN_TIMEOUT)

    def stop(self, timeout: float = 10) -> None:
        """End `serve` when no request runs, after `timeout` seconds at most. Returns at once, for signal handlers."""
        self._stop_timeouts.put(timeout)

    def _wait_for_stop(self) -> float:
        while True:
            # Python runs signal handlers in the main thread. A signal that arrives just before it sleeps, or in another
            # thread, does not wake it: without a timeout, the handler that calls `stop` would never run.
            with suppress(Empty):
                return self._stop_timeouts.get(timeout=_SIGNAL_POLL_INTERVAL)

    def _drain(self, deadline: float) -> None:
        self.context.is_stopping = True
        self._poll_listening(False)
        self.socket.close()
        self._shut_down_connections(only_idle=True)
        while time.monotonic() < deadline and any(each.is_busy for each in list(self._connections.values())):
            time.sleep(0.005)
        self._shut_down_connections(only_idle=False)

    def _shut_down_connections(self, *, only_idle: bool) -> None:
        for connection in list(self._connections.values()):
            if not (only_idle and connection.is_busy):
                connection.channel.shut_down()

    def server_close(self) -> None:
        """Close the listening socket, all connections, and the poller. A thread that still works closes its own."""
        super().server_close()
        self.context.is_stopping = True
        for connection in list(self._connections.values()):
            connection.channel.shut_down()
            if connection.turn_lock.acquire(blocking=False):
                self._close(connection)
        with self._lock:
            for connection in self._connections.values():
                self._stop_polling(connection)
            self._poller.close()
        self._waker.close()
        self._woken.close()

    # -- connections

    def _lead(self, leadership: Leadership) -> None:
        """Watch the connections and serve them, until the leadership is handed over or the server ends."""
        while leadership.is_held and not self._ended.is_set():
            leadership.busy_since = float("inf")
            for key, _ in self._poller.select():
                if key.fileobj is self._woken:
                    return  # The end of `serve`.
                leadership.busy_since = time.monotonic()
                if key.data is None:
                    self._accept()
                elif not self._serve_turn(key.data, leadership):
                    return

    def _accept(self) -> None:
        for _ in range(_MAX_ACCEPTS):
            try:
                accepted, client = self.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _OUT_OF_FILES:
                    # The poller would report the listening socket again at once; the housekeeper polls it again.
                    self._poll_listening(False)
                    return
                continue
            try:
                self._add_connection(accepted, client[0])
            except OSError:
                accepted.close()  # The client has left already.
            except BaseException:
                accepted.close()
                raise

    def _add_connection(self, accepted: socket.socket, client: str) -> None:
        limits = self.context.limits
        open_now = len(self._connections)
        if open_now >= limits.max_connections + _MAX_OVER_LIMIT:
            accepted.close()
            return
        accepted.setblocking(True)
        timeout = limits.stall_timeout
        channel = TLSChannel(accepted, timeout, self._tls) if self._tls else PlainChannel(accepted, timeout)
        phase = Phase.OVER_LIMIT if open_now >= limits.max_connections else Phase.ACCEPTED
        connection = Connection(channel, client, self.context, phase=phase)
        with self._lock:
            self._start_polling(connection)
            self._connections[channel.fileno()] = connection

    def _serve_turn(self, connection: Connection, leadership: Leadership) -> bool:
        """Let a connection take its turn, and return whether the leadership is still held."""
        if not connection.turn_lock.acquire(blocking=False):
            # The thread that holds the lock also receives what has come now, and polls the connection again.
            with self._lock:
                if connection.turn_lock.locked():
                    self._stop_polling(connection)
            return leadership.is_held
        is_open = False
        try:
            is_open = connection.take_turn(leadership)
        except BaseException:  # A bug of ours, and probably nothing was sent yet.
            log_exception()
            with suppress(Exception):
                connection.refuse(500, "the request could not be answered")
                is_open = True
        with self._lock:
            try:
                if is_open and not self.context.is_stopping:
                    self._start_polling(connection)
                    connection.turn_lock.release()
                    return leadership.is_held
            except Exception:  # The poller may have no room for it.
                log_exception()
        self._close(connection)
        return leadership.is_held

    def _start_polling(self, connection: Connection) -> None:
        if not connection.is_polled:
            self._poller.register(connection.channel, selectors.EVENT_READ, connection)
            connection.is_polled = True

    def _stop_polling(self, connection: Connection) -> None:
        if connection.is_polled:
            connection.is_polled = False
            self._poller.unregister(connection.channel)

    def _close(self, connection: Connection) -> None:
        """Close a connection whose turn lock is held. It is never released, so that a late event finds it taken."""
        with self._lock:
            self._stop_polling(connection)
            self._connections.pop(connection.channel.fileno(), None)
            connection.close()

    # -- housekeeping

    def _run_housekeeping(self) -> None:
        """Take the leadership from a leader that is stuck, and close connections whose timeout is over."""
        while not self._ended.wait(_HOUSEKEEPING_INTERVAL):
            try:
                self._check_deadlines(time.monotonic())
            except BaseException:  # The next time may succeed.
                log_exception()

    def _check_deadlines(self, now: float) -> None:
        leadership = self._workers.leadership
        if now - leadership.busy_since > _HOUSEKEEPING_INTERVAL:
            leadership.hand_over()
        self._poll_listening(True)
        for connection in list(self._connections.values()):
            if connection.state.deadline < now and connection.turn_lock.acquire(blocking=False):
                self._expire(connection, now)

    def _expire(self, connection: Connection, now: float) -> None:
        if connection.state.deadline < now:
            try:
                connection.expire()
            finally:
                self._close(connection)
        else:  # Bytes have come in the meantime.
            with self._lock:
                connection.turn_lock.release()
                self._start_polling(connection)

    def _poll_listening(self, wanted: bool) -> None:
        """Poll the listening socket, or do not. Never while the server stops."""
        with self._lock:
            wanted = wanted and not self.context.is_stopping
            if wanted != self._is_listening_polled:
                if wanted:
                    self._poller.register(self.socket, selectors.EVENT_READ)
                else:
                    self._poller.unregister(self.socket)
                self._is_listening_polled = wanted
