"""The threads: one leads and the others follow, so that whoever waits for a disk or a client holds up nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from registry_gitops.registry.faults import report_bug

_SPARE: Final = 10.0
"""Seconds after which a thread that has nothing to follow ends."""
_PAUSE: Final = 0.1
"""Seconds before a leader that failed watches again: what failed at once may do so again, and again."""


class Lead:
    """The lead, while one thread has it. Once given up it never comes back; a new one is made."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.held = True
        self.busy_since = float("inf")
        """When the leader turned away from watching."""

    def give_up(self) -> bool:
        """Let another thread lead while this one works on; False where no more threads may work. Of any thread."""
        return not self.held or self._crew.pass_on(self)


class Crew:
    """Threads that call `watch` with the lead, each in its turn; it returns when the lead is no longer held.

    `most` of them may work at once, beside the one that leads.
    """

    def __init__(self, watch: Callable[[Lead], None], most: int) -> None:
        self._watch = watch
        self._most = most
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        """Threads that wait for a lead, less those whose lead is on its way."""
        self._leads: SimpleQueue[Lead | None] = SimpleQueue()
        self.lead = Lead(self)
        """The newest."""

    def start(self) -> None:
        """Begin to lead. Raises RuntimeError where the system has no thread for us."""
        with self._lock:
            self._hire()
            self._leads.put(self.lead)

    def pass_on(self, lead: Lead) -> bool:
        """See Lead.give_up."""
        with self._lock:
            if not lead.held:
                return True
            if self._idle:
                self._idle -= 1
            elif len(self._threads) > self._most:
                return False
            else:
                try:
                    self._hire()
                except (RuntimeError, MemoryError):  # The system has no more threads.
                    return False
            lead.held = False
            self.lead = Lead(self)
            self._leads.put(self.lead)
            return True

    def dismiss(self, seconds: float) -> None:
        """Let all threads end, and wait so long for those that still work. `watch` must return by itself."""
        with self._lock:
            threads = list(self._threads)
            for _ in threads:
                self._leads.put(None)
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _hire(self) -> None:
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        self._threads.add(thread)

    def _follow(self) -> None:
        """What every thread does: wait for the lead, and lead. One that waits in vain for long ends."""
        while True:
            try:
                lead = self._leads.get(timeout=_SPARE)
            except Empty:
                with self._lock:
                    if self._leads.empty():
                        self._idle -= 1
                        self._threads.discard(threading.current_thread())
                        return
                continue
            if lead is None:
                return
            self._lead(lead)
            with self._lock:
                self._idle += 1

    def _lead(self, lead: Lead) -> None:
        """Watch. A leader that fails leads on: without one nobody is answered any more."""
        while True:
            try:
                self._watch(lead)
            except BaseException:  # A lead that went down with its thread would never be had again.
                report_bug()
                time.sleep(_PAUSE)
                if lead.held:
                    continue
            return
