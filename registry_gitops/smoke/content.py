"""Images, indexes and artifacts of a run: small, and different from those of every other run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
DOCKER_IMAGE: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
ARTIFACT: Final = "application/vnd.registry-gitops.smoke.v1"
ARTIFACT_CONFIG: Final = "application/vnd.registry-gitops.smoke.config.v1+json"

EVERY_MANIFEST: Final = ", ".join(
    (IMAGE, INDEX, DOCKER_IMAGE, "application/vnd.docker.distribution.manifest.list.v2+json")
)
"""What clients accept. distribution gives out no OCI manifest to whoever does not say so."""


@dataclass(frozen=True)
class Blob:
    """Bytes with a media type."""

    content: bytes
    media_type: str = LAYER

    @cached_property
    def digest(self) -> str:
        """Its name."""
        return digest_of(self.content)

    def descriptor(self, **more: object) -> dict[str, object]:
        """How a manifest refers to it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content), **more}


@dataclass(frozen=True)
class Manifest(Blob):
    """A manifest, and the blobs and manifests that it refers to."""

    blobs: tuple[Blob, ...] = ()
    manifests: tuple[Manifest, ...] = ()


class Content:
    """Makes content. `seed` says for which run: with the same, the same bytes come out."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def bytes(self, label: str, size: int) -> bytes:
        """So many bytes, of which nobody else has the same."""
        block = hashlib.shake_256(f"{self._seed} {label}".encode()).digest(min(size, 4096))
        return (block * (size // len(block) + 1))[:size] if size else b""

    def blob(self, label: str, size: int = 1024) -> Blob:
        """A layer of that size."""
        return Blob(self.bytes(label, size))

    def image(self, label: str, *, docker: bool = False, subject: Manifest | None = None) -> Manifest:
        """An image with one layer."""
        layer = Blob(self.bytes(f"{label} layer", 2048), DOCKER_LAYER if docker else LAYER)
        config: dict[str, Any] = {
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
            "history": [{"created_by": f"registry-gitops smoke {self._seed} {label}"}],
        }
        blob = Blob(_json(config), DOCKER_CONFIG if docker else CONFIG)
        return _manifest(DOCKER_IMAGE if docker else IMAGE, blob, layer, subject=subject)

    def artifact(self, label: str, subject: Manifest, kind: str = ARTIFACT) -> Manifest:
        """Something that is no image, such as a signature, and belongs to one."""
        more = {"artifactType": kind, "annotations": {"org.example.made-by": label}}
        layer = Blob(self.bytes(label, 512), "application/octet-stream")
        # Not the empty config `{}`: another run would delete it, being the same in all.
        config = Blob(_json({"made-by": f"{self._seed} {label}"}), ARTIFACT_CONFIG)
        return _manifest(IMAGE, config, layer, subject=subject, more=more)

    def index(self, label: str, *images: Manifest) -> Manifest:
        """An index of images."""
        entries = [image.descriptor(platform={"architecture": "amd64", "os": "linux"}) for image in images]
        return index(entries, {"org.example.made-by": f"{self._seed} {label}"}, images)


def index(
    entries: list[dict[str, object]], annotations: Mapping[str, str], manifests: tuple[Manifest, ...] = ()
) -> Manifest:
    """An index of descriptors."""
    body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries, "annotations": dict(annotations)}
    return Manifest(_json(body), INDEX, manifests=manifests)


def digest_of(content: bytes) -> str:
    """The name of content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _manifest(
    media_type: str, config: Blob, *layers: Blob, subject: Manifest | None, more: Mapping[str, object] | None = None
) -> Manifest:
    body: dict[str, object] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": config.descriptor(),
        "layers": [layer.descriptor() for layer in layers],
        **(more or {}),
    }
    if subject:
        body["subject"] = subject.descriptor()
    return Manifest(_json(body), media_type, blobs=(config, *layers))


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()
