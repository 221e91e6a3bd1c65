"""Our registry as a child process that is killed, starved or traced."""

from __future__ import annotations

import signal
from types import TracebackType
from typing import Self

from tests.support.oci_registry import ServedRegistry


class MortalRegistry(ServedRegistry):
    """A registry whose process may die in the block; if it lives, it has to end well."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it at once, whatever it does (SIGKILL)."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None and self._process.poll() == -signal.SIGKILL:
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._log.close()
        else:
            super().__exit__(kind, error, traceback)
