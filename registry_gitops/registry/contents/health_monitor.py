"""Whether the storage can be read and written. Checks run in the background, because a dead disk may never respond."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final

from registry_gitops.registry.access_log import log_exception
from registry_gitops.registry.contents import layout
from registry_gitops.registry.error_responses import describe_os_error
from registry_gitops.registry.storage import Storage

_VALID_FOR: Final = 1.0
"""Seconds for which a result is reused."""

_TIMEOUT: Final = 2.0
"""Seconds within which a working storage responds, and for which a request waits for a result."""

_BUG: Final = "a mistake in the registry keeps it from checking its storage: see its log"


class CachedCheck:
    """A check whose result is reused for a second. It runs in a thread of its own."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._done = Condition()
        self._problem: str | None = None
        self._expires_at = 0.0
        self._running_since: float | None = None
        self._must_repeat = False
        self.is_known_good = True
        """Whether the last result was good, and nobody invalidated it since."""

    def invalidate(self) -> None:
        """Discard the result, also that of a check that is running now."""
        with self._done:
            self.is_known_good = False
            self._must_repeat = True
            self._expires_at = 0.0

    def problem(self, *, wait: float) -> str | None:
        """Return what is wrong, None if nothing is. Waits at most `wait` seconds for a result."""
        if time.monotonic() < self._expires_at:
            return self._problem
        with self._done:
            if self._running_since is None:
                try:
                    Thread(target=self._run, name="health", daemon=True).start()
                except RuntimeError:
                    return "the registry has no thread left at the moment"
                self._running_since = time.monotonic()
            if wait:
                self._done.wait_for(lambda: self._running_since is None, wait)
            since = self._running_since
        hangs = since is not None and time.monotonic() - since >= _TIMEOUT
        return "the storage of the registry does not answer" if hangs else self._problem

    def _run(self) -> None:
        """Check until nobody invalidates the result meanwhile, and publish it, whatever the check raised."""
        while True:
            self._must_repeat = False
            problem = self._run_check()
            with self._done:
                if self._must_repeat:
                    continue
                self._problem = problem
                self.is_known_good = problem is None
                self._expires_at = time.monotonic() + _VALID_FOR
                self._running_since = None
                self._done.notify_all()
                return

    def _run_check(self) -> str | None:
        """Run the check, and return what is wrong, or None. A bug is reported once, and not again while it persists."""
        try:
            self._check()
        except (OSError, MemoryError) as error:
            return describe_os_error(error)[1]
        except BaseException:  # Waiting requests need a result, and the next check may succeed.
            if self._problem != _BUG:
                log_exception()
            return _BUG
        return None


class HealthMonitor:
    """Whether the storage can be read, and written."""

    def __init__(self, storage: Storage, *, read_only: bool) -> None:
        self._reading = CachedCheck(lambda: _read(storage))
        self._writing = CachedCheck(storage.probe)
        self._read_only = read_only

    def invalidate(self) -> None:
        """Check again: the storage failed."""
        self._reading.invalidate()

    @property
    def is_known_good(self) -> bool:
        """Whether the last read of the storage succeeded."""
        return self._reading.is_known_good

    def read_problem(self) -> str | None:
        """Return why no request can be served, or None. Does not use the disk, and waits only after a failure."""
        return self._reading.problem(wait=0 if self.is_known_good else _TIMEOUT)

    def read_or_write_problem(self) -> str | None:
        """Return why some requests cannot be served, or None."""
        problem = self._reading.problem(wait=_TIMEOUT)
        return problem if problem or self._read_only else self._writing.problem(wait=_TIMEOUT)


def _read(storage: Storage) -> None:
    storage.names(layout.BLOBS)
    storage.names(layout.REPOSITORIES)
