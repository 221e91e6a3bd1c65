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
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.e2e.cluster import Cluster
from tests.support.background_server import BackgroundServer


class Artifacts(BackgroundServer):
    """Serves artifacts to Flux, and makes the objects that name them; a context manager."""

    def __init__(self, cluster: Cluster, namespace: str, folder: Path) -> None:
        super().__init__(partial(_Handler, directory=str(folder)))
        self.host = cluster.address
        self._cluster = cluster
        self._namespace = namespace
        self._folder = folder

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
            "url": f"http://{self.host}:{self.port}/{file}",
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
