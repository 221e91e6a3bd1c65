"""Gates: many pass one at the same time, or one alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

_GATES: Final = 64


class Gate:
    """Whoever wants to pass alone waits until it is empty, and lets nobody in meanwhile."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._waiting = 0
        self._closed = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Pass beside others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closed and not self._waiting)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                if self._waiting and not self._inside:
                    self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Pass when nobody else does."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._closed and not self._inside)
            finally:
                self._waiting -= 1
            self._closed = True
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


class Gates:
    """A gate for each repository. Some share one by chance: so there are few, and none has to be thrown away."""

    def __init__(self) -> None:
        self._gates = tuple(Gate() for _ in range(_GATES))

    def of(self, repository: str) -> Gate:
        """The gate of a repository."""
        return self._gates[hash(repository) % _GATES]
