"""Whether the registry can do its work: `/healthz` for whoever watches it, and what `/v2/` has to know of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final

from registry_gitops.registry import faults
from registry_gitops.registry.api import targets
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import Request, Response
from registry_gitops.registry.storage import Storage

_KEEP: Final = 1.0
"""Seconds for which an outcome is good."""

_PATIENCE: Final = 2.0
"""Seconds in which a storage that works has answered. One that hangs must not make the answer hang too."""

_MISTAKE: Final = "a mistake in the registry keeps it from checking its storage: see its log"


class Watch:
    """A check whose outcome is remembered. It runs in a thread of its own, because a dead disk may never answer."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._done = Condition()
        self._problem: str | None = None
        self._old_at = 0.0
        self._running_since: float | None = None
        self._again = False
        self.sure = True
        """Whether nothing was wrong when it was last looked, and nobody had a doubt since."""

    def doubt(self) -> None:
        """Look again: what is found by a look that has begun already does not count."""
        with self._done:
            self.sure = False
            self._again = True
            self._old_at = 0.0

    def problem(self, *, wait: float) -> str | None:
        """What is wrong, None if nothing is. What is not known yet is waited for that many seconds at most."""
        if time.monotonic() < self._old_at:
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
        hangs = since is not None and time.monotonic() - since >= _PATIENCE
        return "the storage of the registry does not answer" if hangs else self._problem

    def _run(self) -> None:
        """Check until no doubt came meanwhile, and publish the outcome, whatever the check has raised."""
        while True:
            self._again = False
            problem = self._run_check()
            with self._done:
                if self._again:
                    continue
                self._problem = problem
                self.sure = problem is None
                self._old_at = time.monotonic() + _KEEP
                self._running_since = None
                self._done.notify_all()
                return

    def _run_check(self) -> str | None:
        """Run the check and return what is wrong, or None.

        An exception that should not be there is reported once, and not again while the same goes on.
        """
        try:
            self._check()
        except (OSError, MemoryError) as error:
            return faults.words(error)[1]
        except BaseException:  # Those who wait need an outcome, and the next check may go well.
            if self._problem != _MISTAKE:
                faults.report_bug()
            return _MISTAKE
        return None


class Health:
    """Whether the storage can be read, and written."""

    def __init__(self, storage: Storage, *, read_only: bool) -> None:
        self._reading = Watch(lambda: self._read(storage))
        self._writing = Watch(storage.probe)
        self._read_only = read_only

    def doubt(self) -> None:
        """Say that the storage failed."""
        self._reading.doubt()

    @property
    def sure(self) -> bool:
        """Whether the storage could be read, the last time that anybody tried."""
        return self._reading.sure

    def cannot_read(self) -> str | None:
        """What keeps the registry from serving anything. Does not touch the disk, and waits only when in doubt."""
        return self._reading.problem(wait=0 if self.sure else _PATIENCE)

    def cannot_work(self) -> str | None:
        """What keeps the registry from doing all that it is there for."""
        problem = self._reading.problem(wait=_PATIENCE)
        return problem if problem or self._read_only else self._writing.problem(wait=_PATIENCE)

    @staticmethod
    def _read(storage: Storage) -> None:
        storage.names(layout.BLOBS)
        storage.names(layout.REPOSITORIES)


def ping(state: State, request: Request, at: targets.Base) -> Response:
    """Say that this is a registry, and one that can be read: distribution-spec, "Determining Support" (end-1)."""
    problem = state.health.cannot_read()
    if problem:
        raise RegistryError(Code.UNAVAILABLE, problem, headers={"Retry-After": "5"})
    return Response(200, _JSON, (b"{}",))


def healthz(state: State, request: Request, at: targets.Healthz) -> Response:
    """200 if everything works, 503 and what does not."""
    problem = state.health.cannot_work()
    body = {"status": "failing", "reason": problem} if problem else {"status": "ok"}
    return Response(503 if problem else 200, [*_JSON, ("Cache-Control", "no-store")], [json.dumps(body).encode()])


def front(state: State, request: Request, at: targets.Front) -> Response:
    """Nothing, as distribution has it: load balancers ask here whether somebody listens."""
    return Response(200)


_JSON: Final = [("Content-Type", "application/json")]
