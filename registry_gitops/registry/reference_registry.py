"""The registry put together: a storage, the core over it, a server before it, and garbage collection beside it."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from registry_gitops.registry import startup as tls
from registry_gitops.registry.api.application import MAX_MANIFEST_SIZE, Registry
from registry_gitops.registry.api.authentication import OPEN, Access, HtpasswdAccess
from registry_gitops.registry.contents.garbage import collect
from registry_gitops.registry.errors import SetupError
from registry_gitops.registry.faults import report_bug
from registry_gitops.registry.http import Limits, Server
from registry_gitops.registry.log import AccessLog, report
from registry_gitops.registry.posix import require_posix
from registry_gitops.registry.storage import Storage
from registry_gitops.registry.storage.filesystem import FileStorage
from registry_gitops.registry.storage.memory import MemoryStorage

MAX_CONCURRENCY: Final = Limits().max_requests
GRACE: Final = 3600.0
"""Seconds for which garbage is kept that somebody wrote or asked for: a push takes less."""
_EVERYWHERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Addresses that are listened on but lead nowhere -> one that leads here."""


class ReferenceRegistry:
    """An OCI registry that listens from construction on, and answers while it is entered (or in `serve`).

        with ReferenceRegistry() as registry:
            print(registry.url)

    `root` is a folder in distribution's layout, made where there is none; None keeps everything in memory. Port 0 is a
    free one. Changes are refused with `read_only`, deletions without `delete`. Garbage is collected every `gc_interval`
    seconds. Raises SetupError (a ValueError) or OSError where this cannot be had; nothing is held or listened on then.
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
        *,
        htpasswd: str | os.PathLike[str] | None = None,
        anonymous_pull: bool = False,
        tls_cert: str | os.PathLike[str] | None = None,
        tls_key: str | os.PathLike[str] | None = None,
        read_only: bool = False,
        delete: bool = True,
        max_manifest_size: int = MAX_MANIFEST_SIZE,
        max_concurrency: int = MAX_CONCURRENCY,
        access_log: AccessLog | None = None,
        gc_interval: float | None = None,
    ) -> None:
        require_posix()
        if (tls_cert is None) != (tls_key is None):
            raise SetupError("a TLS certificate and its key go together: name both")
        if read_only and gc_interval:
            raise SetupError("garbage cannot be collected in a registry that is read-only")
        access = _access(htpasswd, anonymous_pull)
        context = tls.context(Path(tls_cert), Path(tls_key)) if tls_cert and tls_key else None
        self._host = address[0]
        self._gc_interval = gc_interval
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        with ExitStack() as held:
            self._storage = _storage(root, read_only)
            held.callback(self._storage.close)
            core = Registry(
                self._storage,
                access=access,
                read_only=read_only,
                deletion=delete,
                max_manifest_size=max_manifest_size,
            )
            try:
                limits = Limits(max_requests=max_concurrency)
                self._server = Server(core, address, limits=limits, tls=context, log=access_log)
            except OSError as error:
                where = _at(*address)
                raise OSError(error.errno, f"cannot listen on {where}: {error.strerror}") from None
            held.callback(self._server.server_close)
            self._held = held.pop_all()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        return self._server.address

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        scheme = "https" if self._server.context.uses_tls else "http"
        return f"{scheme}://{_at(_EVERYWHERE.get(self._host, self._host), self._server.address[1])}"

    def serve(self) -> None:
        """Answer until `stop`."""
        if self._gc_interval:
            threading.Thread(target=self._collect, args=[self._gc_interval], daemon=True).start()
        self._server.serve()

    def stop(self, seconds: float = 10) -> None:
        """Take no more requests, and end `serve` as soon as those that run are answered, after `seconds` at the latest.

        Returns at once, and may be called by a signal handler.
        """
        self._server.stop(seconds)

    def close(self) -> None:
        """Stop, and give back the address and the storage. What was answered until then is kept."""
        self._closed.set()
        if self._thread is not None:
            self.stop()
            self._thread.join()
            self._thread = None
        self._held.close()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _collect(self, interval: float) -> None:
        while not self._closed.wait(interval):
            try:
                collected = collect(self._storage, older_than=GRACE)
            except OSError as error:
                if self._closed.is_set():
                    return
                report(f"garbage was not collected: {error.strerror}")
                continue
            except BaseException:  # The next time may go well.
                report_bug()
                continue
            report(f"garbage collected: {collected.bytes} bytes, {collected.blobs} blobs")
            for digest in collected.rotten:
                report(f"lost or damaged, push it again: {digest}")


def _access(htpasswd: str | os.PathLike[str] | None, anonymous_pull: bool) -> Access:
    if htpasswd is not None:
        return HtpasswdAccess(Path(htpasswd), anonymous_pull=anonymous_pull)
    if anonymous_pull:
        raise SetupError("without users everybody may pull: name an htpasswd file")
    return OPEN


def _storage(root: str | os.PathLike[str] | None, read_only: bool) -> Storage:
    return MemoryStorage() if root is None else FileStorage(Path(root), read_only=read_only)


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
