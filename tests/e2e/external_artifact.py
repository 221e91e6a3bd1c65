"""ExternalArtifacts, as source-watcher makes them for an ArtifactGenerator: the test bed does not have it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tests.e2e.cluster import Cluster


class Artifacts:
    """Serves artifacts to Flux, and makes the objects that name them; a context manager."""

    def __init__(self, cluster: Cluster, namespace: str, folder: Path) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._folder = folder

    def __enter__(self) -> Self:
        handler = partial(_Handler, directory=str(self._folder))
        self._server = ThreadingHTTPServer((self._cluster.address, 0), handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, generator: str, name: str, copies: Mapping[str, Path], origin: str) -> None:
        """Create or update an artifact. `copies` are paths in it and what they are copies of, `origin` a revision."""
        content = _pack(copies)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        file = f"{name}-{digest[-8:]}.tar.gz"
        (self._folder / file).write_bytes(content)
        metadata = {"name": name, "namespace": self._namespace}
        reference = {"kind": "ArtifactGenerator", "name": generator, "namespace": self._namespace}
        kind = {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "ExternalArtifact"}
        spec = {"sourceRef": {"apiVersion": "source.extensions.fluxcd.io/v1beta1", **reference}}
        self._cluster.apply({**kind, "metadata": metadata, "spec": spec})
        made = self._cluster.get("externalartifact", name, self._namespace) or {}
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        artifact = {
            "url": f"http://{self._cluster.address}:{self._server.server_port}/{file}",
            "path": file,
            "revision": f"latest@{digest}",
            "digest": digest,
            "size": len(content),
            "lastUpdateTime": now,
            "metadata": {"org.opencontainers.image.revision": origin},
        }
        ready = {"type": "Ready", "status": "True", "reason": "Succeeded", "message": "Artifact is ready"}
        seen = {"observedGeneration": made["metadata"]["generation"], "lastTransitionTime": now}
        status = {"artifact": artifact, "conditions": [{**ready, **seen}]}
        patch = ("patch", "externalartifact", name, "-n", self._namespace, "--subresource=status", "--type=merge", "-p")
        self._cluster.kubectl(*patch, json.dumps({"status": status}))


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002
        """Say nothing."""


def _pack(copies: Mapping[str, Path]) -> bytes:
    """The same bytes for the same files."""
    with io.BytesIO() as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for target, source in copies.items():
                for path in sorted(source.rglob("*")):
                    if path.is_file():
                        entry = tarfile.TarInfo(str(Path(target, path.relative_to(source))))
                        entry.size, entry.mode = path.stat().st_size, 0o644
                        with path.open("rb") as content:
                            archive.addfile(entry, content)
        return gzip.compress(packed.getvalue(), mtime=0)
