"""Runs the checks against a mutant behind the real HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bcrypt

from registry_gitops.registry.api import HtpasswdAuthenticator, Registry
from registry_gitops.registry.contents import Digest
from registry_gitops.registry.http import Server
from registry_gitops.registry.messages import Request
from registry_gitops.registry.startup import load_tls_context
from registry_gitops.registry.storage import MemoryStorage
from registry_gitops.report import Report
from registry_gitops.smoke import CHECKS, Level, Options, checks_for_level, connect, run_checks
from tests.smoke.mutants.breaking import Broken, Change, Core, Sent
from tests.support.dated_certificate import make_dated_certificate

USER: Final = "ada"
PASSWORD: Final = "correct horse"
IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
BEFORE: Final = ("antlers/app", "zebra/app")
"""Repositories that have an image before the run."""
LAYER_SIZE: Final = 3 * 1024 * 1024
"""Bytes of the large layer: more than the limit of a mutant."""


@dataclass(frozen=True)
class Guard:
    """The files of a registry with authentication and TLS."""

    htpasswd: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Guard:
        """Write the files."""
        made = make_dated_certificate(folder)
        htpasswd = folder / "htpasswd"
        htpasswd.write_text(f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n")
        return cls(htpasswd, made.certificate, made.key)


@contextmanager
def served(change: Change, guard: Guard | None = None) -> Iterator[str]:
    """Serve the mutant until the end of the block, and yield its URL."""
    authenticator = HtpasswdAuthenticator(guard.htpasswd) if guard else None
    storage = MemoryStorage()
    for name in BEFORE:
        push_image(Registry(storage), name)
    with serving(change(Registry(storage, authenticator=authenticator)), guard) as url:
        yield url


@contextmanager
def serving(core: Core, guard: Guard | None = None) -> Iterator[str]:
    """Serve a core until the end of the block, with TLS if there is a guard, and yield its URL."""
    tls = load_tls_context(guard.certificate, guard.key) if guard else None
    with Server(Broken(core), ("127.0.0.1", 0), tls=tls) as server:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield f"{'https' if guard else 'http'}://127.0.0.1:{server.address[1]}"
        finally:
            server.stop(1)
            thread.join()


def report_on(change: Change, guard: Guard | None = None, level: Level = Level.SMOKE) -> Report:
    """Return the report of the checks on the mutant, one at a time: some mutants count the requests."""
    with served(change, guard) as url:
        client = (
            connect(url, username=USER, password=PASSWORD, ca_file=str(guard.certificate)) if guard else connect(url)
        )
        with client:
            return run_checks(
                client, checks_for_level(CHECKS, level), options=Options(layer_size=LAYER_SIZE), workers=1
            )


def push_image(registry: Registry, name: str) -> None:
    layer = b"a layer of long ago"
    digest = Digest.of(layer)
    descriptor = {"mediaType": "application/octet-stream", "digest": str(digest), "size": len(layer)}
    image = {"schemaVersion": 2, "mediaType": IMAGE, "config": descriptor, "layers": [descriptor]}
    for method, path, query, body in (
        ("POST", "blobs/uploads/", f"digest={digest}", layer),
        ("PUT", "manifests/1.0", "", json.dumps(image).encode()),
    ):
        assert registry(Request(method, f"/v2/{name}/{path}", query, {}, Sent(body))).status == 201
