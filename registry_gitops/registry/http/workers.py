"""The worker threads. One is the leader; the others follow, so that a slow disk or client blocks no other client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from registry_gitops.registry.access_log import log_exception

_IDLE_TIMEOUT: Final = 10.0
"""Seconds without work, after which a follower ends."""
_RETRY_DELAY: Final = 0.1
"""Seconds before a leader that failed leads again: an error that occurs at once can occur again and again."""


class Leadership:
    """The right of one thread to lead. It is handed over once, and then a new object replaces it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self.is_held = True
        self.busy_since = float("inf")
        """When the leader stopped watching and began to work (`time.monotonic`); infinite while it watches."""

    def hand_over(self) -> bool:
        """Make another thread the leader, from any thread. Returns False if no more threads can work."""
        return not self.is_held or self._pool.promote_follower(self)


class WorkerPool:
    """Threads that call `lead`, one at a time, which returns when the leadership is no longer held.

    At most `max_workers` of them work at the same time, in addition to the leader.
    """

    def __init__(self, lead: Callable[[Leadership], None], max_workers: int) -> None:
        self._lead = lead
        self._max_workers = max_workers
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        """Number of followers, without those for which a leadership is already in the queue."""
        self._queue: SimpleQueue[Leadership | None] = SimpleQueue()
        self.leadership = Leadership(self)
        """The newest one."""

    def start(self) -> None:
        """Start the first leader. Raises RuntimeError if the system cannot start a thread."""
        with self._lock:
            self._start_thread()
            self._queue.put(self.leadership)

    def promote_follower(self, leadership: Leadership) -> bool:
        """See Leadership.hand_over."""
        with self._lock:
            if not leadership.is_held:
                return True
            if self._idle:
                self._idle -= 1
            elif len(self._threads) > self._max_workers:
                return False
            else:
                try:
                    self._start_thread()
                except (RuntimeError, MemoryError):  # The system has no more threads.
                    return False
            leadership.is_held = False
            self.leadership = Leadership(self)
            self._queue.put(self.leadership)
            return True

    def shut_down(self, timeout: float) -> None:
        """End all threads, and wait up to `timeout` seconds for those that work. `lead` must return by itself."""
        with self._lock:
            threads = list(self._threads)
            for _ in threads:
                self._queue.put(None)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._run_worker, daemon=True)
        thread.start()
        self._threads.add(thread)

    def _run_worker(self) -> None:
        """Wait for the leadership and lead, until the pool shuts down or the thread was idle for too long."""
        while True:
            try:
                leadership = self._queue.get(timeout=_IDLE_TIMEOUT)
            except Empty:
                with self._lock:
                    if self._queue.empty():
                        self._idle -= 1
                        self._threads.discard(threading.current_thread())
                        return
                continue
            if leadership is None:
                return
            self._lead_or_retry(leadership)
            with self._lock:
                self._idle += 1

    def _lead_or_retry(self, leadership: Leadership) -> None:
        """Lead. A leader that fails leads again: without a leader, no client gets a response."""
        while True:
            try:
                self._lead(leadership)
            except BaseException:  # A leadership that is lost with its thread cannot be handed over.
                log_exception()
                time.sleep(_RETRY_DELAY)
                if leadership.is_held:
                    continue
            return
