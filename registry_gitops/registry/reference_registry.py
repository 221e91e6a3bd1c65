"""A registry, put together: storage, application, server, and garbage collection."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from registry_gitops.registry.access_log import AccessLogger, log_exception, log_message
from registry_gitops.registry.api import MAX_MANIFEST_SIZE, Authenticator, HtpasswdAuthenticator, Registry
from registry_gitops.registry.contents import Collected, collect_garbage
from registry_gitops.registry.error_responses import SetupError
from registry_gitops.registry.http import Limits, Server
from registry_gitops.registry.startup import load_tls_context, require_posix
from registry_gitops.registry.storage import DATA_PATH, FileStorage, MemoryStorage, Storage

MAX_CONCURRENCY: Final = Limits().max_requests
GRACE_PERIOD: Final = 3600.0
"""Seconds for which unreferenced data is kept after a client wrote or requested it: a push takes less."""
_LOOPBACK_FOR: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Wildcard address -> loopback address to use in a URL."""
_COLLECTOR_TIMEOUT: Final = 5.0
"""Seconds in which the storage must respond to garbage collection, so that it stops."""


class ReferenceRegistry:
    """An OCI registry that listens from construction on, and responds while it is entered (or in `serve`).

        with ReferenceRegistry() as registry:
            print(registry.url)

    `root` is the data directory, in the disk layout of distribution, created if missing; None keeps everything in
    memory. Port 0 is any free port. With `read_only` changes are refused, without `delete` deletions are. Garbage is
    collected every `gc_interval` seconds. Raises SetupError (a ValueError) or OSError; then nothing stays open.
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
        access_log: AccessLogger | None = None,
        gc_interval: float | None = None,
    ) -> None:
        require_posix()
        if (tls_cert is None) != (tls_key is None):
            raise SetupError("a TLS certificate and its key go together: name both")
        if read_only and gc_interval:
            raise SetupError("garbage cannot be collected in a registry that is read-only")
        authenticator = _create_authenticator(htpasswd, anonymous_pull)
        context = load_tls_context(Path(tls_cert), Path(tls_key)) if tls_cert and tls_key else None
        self._root = None if root is None else Path(root)
        self._host = address[0]
        self._gc_interval = gc_interval
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        with ExitStack() as held:
            self._storage = _create_storage(self._root, read_only)
            held.callback(self._storage.close)
            self._application = Registry(
                self._storage,
                authenticator=authenticator,
                read_only=read_only,
                deletion=delete,
                max_manifest_size=max_manifest_size,
            )
            try:
                limits = Limits(max_requests=max_concurrency)
                self._server = Server(self._application, address, limits=limits, tls=context, log=access_log)
            except OSError as error:
                formatted = _format_address(*address)
                raise OSError(error.errno, f"cannot listen on {formatted}: {error.strerror}") from None
            held.callback(self._server.server_close)
            self._held = held.pop_all()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the listening socket."""
        return self._server.address

    @property
    def url(self) -> str:
        """The URL of the registry, without a slash at the end."""
        scheme = "https" if self._server.context.uses_tls else "http"
        return f"{scheme}://{_format_address(_LOOPBACK_FOR.get(self._host, self._host), self._server.address[1])}"

    @property
    def root(self) -> Path | None:
        """The data directory; None if all data is in memory."""
        return self._root

    def count_repositories(self, limit: int) -> int:
        """Return the number of repositories, at most `limit`: each one costs a read of its directory."""
        return self._application.count_repositories(limit)

    def serve(self) -> None:
        """Serve requests until `stop`."""
        collector = threading.Thread(target=self._collect_periodically, args=[self._gc_interval], daemon=True)
        if self._gc_interval:
            collector.start()
        try:
            self._server.serve()
        finally:
            self._ended.set()
            if self._gc_interval:
                collector.join(_COLLECTOR_TIMEOUT)

    def stop(self, seconds: float = 10) -> None:
        """End `serve` when no request runs, after `seconds` at most. Returns at once, for signal handlers."""
        self._server.stop(seconds)

    def close(self) -> None:
        """Stop, and release the address and the storage. Whatever was acknowledged is kept."""
        self._ended.set()
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

    def _collect_periodically(self, interval: float) -> None:
        while not self._ended.wait(interval):
            try:
                collected = collect_garbage(self._storage, older_than=GRACE_PERIOD, is_stopping=self._ended.is_set)
            except OSError as error:
                if self._ended.is_set():
                    return
                log_message(f"garbage was not collected: {error.strerror}")
                continue
            except BaseException:  # The next run may succeed.
                log_exception()
                continue
            log_message(f"garbage collected: {collected.bytes} bytes, {collected.blobs} blobs")
            for digest in collected.corrupt:
                log_message(f"lost or damaged, push it again: {digest}")


def collect_directory(
    directory: str | os.PathLike[str],
    *,
    older_than: float = GRACE_PERIOD,
    delete_untagged: bool = False,
    dry_run: bool = False,
) -> Collected:
    """Delete the unreferenced data of the registry in `directory`, whether or not a registry serves it.

    `older_than` is the grace period in seconds. Manifests without a tag stay, unless `delete_untagged`. With `dry_run`
    nothing is deleted. Raises SetupError if `directory` is not a data directory, and OSError as the file system does.
    """
    require_posix()
    if not (Path(directory) / DATA_PATH).is_dir():
        message = (
            f"not a registry data directory: it has no {DATA_PATH}: pass the directory that `serve` or registry:3 uses"
        )
        raise SetupError(message, directory)
    storage = FileStorage(Path(directory), read_only=dry_run)
    try:
        return collect_garbage(storage, older_than=older_than, delete_untagged=delete_untagged, dry_run=dry_run)
    finally:
        storage.close()


def _create_authenticator(htpasswd: str | os.PathLike[str] | None, anonymous_pull: bool) -> Authenticator | None:
    if htpasswd is not None:
        return HtpasswdAuthenticator(Path(htpasswd), anonymous_pull=anonymous_pull)
    if anonymous_pull:
        raise SetupError("without users everybody may pull: name an htpasswd file")
    return None


def _create_storage(root: Path | None, read_only: bool) -> Storage:
    return MemoryStorage() if root is None else FileStorage(root, read_only=read_only)


def _format_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
