"""Images, indexes, and artifacts of a run: small, and different from those of every other run."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_IMAGE: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
ARTIFACT: Final = "application/vnd.registry-gitops.smoke.v1"

_GZIP_OVERHEAD: Final = 1024
"""Bytes, at most, that gzip adds to a layer of some megabytes."""

ACCEPT_ALL: Final = ", ".join((IMAGE, INDEX, DOCKER_IMAGE, DOCKER_LIST))
"""The Accept header of clients. distribution returns OCI manifests only to clients that accept them."""


@dataclass(frozen=True)
class LocalBlob:
    """Bytes with a media type."""

    content: bytes
    media_type: str = LAYER

    @cached_property
    def digest(self) -> str:
        """The sha256 digest of the content."""
        return sha256_digest(self.content)

    def descriptor(self, **more: object) -> dict[str, object]:
        """Return the descriptor by which a manifest references this."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content), **more}


@dataclass(frozen=True)
class LocalManifest(LocalBlob):
    """A manifest, and the blobs and manifests that it references."""

    blobs: tuple[LocalBlob, ...] = ()
    manifests: tuple[LocalManifest, ...] = ()


class ImageFactory:
    """Makes blobs and manifests. The same seed and label make the same bytes."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def make_bytes(self, label: str, size: int) -> bytes:
        """Return `size` bytes that no other seed and label have."""
        block = hashlib.shake_256(f"{self._seed} {label}".encode()).digest(min(size, 4096))
        return (block * (size // len(block) + 1))[:size] if size else b""

    def make_blob(self, label: str, size: int = 1024) -> LocalBlob:
        """Make a layer of `size` bytes."""
        return LocalBlob(self.make_bytes(label, size))

    def make_layer(self, label: str, size: int) -> LocalBlob:
        """Make a gzip layer of at most `size` bytes, of which no two parts are the same."""
        content = hashlib.shake_256(f"{self._seed} {label}".encode()).digest(size - _GZIP_OVERHEAD)
        # Random bytes cannot be compressed, and are stored as they are.
        return LocalBlob(gzip.compress(content, compresslevel=0, mtime=0), LAYER_GZIP)

    def make_image(self, label: str) -> LocalManifest:
        """Make an image with one layer."""
        layer = LocalBlob(self.make_bytes(f"{label} layer", 2048), LAYER)
        config: dict[str, Any] = {
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
            "history": [{"created_by": f"registry-gitops smoke {self._seed} {label}"}],
        }
        return _make_image(LocalBlob(_to_json(config), CONFIG), layer)

    def make_built_image(self, label: str, texts: Iterable[str], program: bytes = b"") -> LocalManifest:
        """Make an image with these texts in its layer, in the history of its config, and in its annotations."""
        lines = [f"{self._seed} {label}", *texts]
        layer = LocalBlob(program + "\n".join(lines).encode(), LAYER)
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": dict(enumerate(lines))},
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
            "history": [{"created_by": line} for line in lines],
        }
        annotations = {f"org.example.text-{number}": line for number, line in enumerate(lines)}
        return _make_image(LocalBlob(_to_json(config), CONFIG), layer, annotations=annotations)

    def make_variant(self, label: str, image: LocalManifest, **more: object) -> LocalManifest:
        """Make another manifest of the blobs of an image, with more keys: only the manifest is left to push."""
        config, layer = image.blobs
        return _make_image(config, layer, annotations={"org.example.made-by": f"{self._seed} {label}"}, **more)

    def make_image_index(self, label: str, *images: LocalManifest) -> LocalManifest:
        """Make an index of images."""
        entries = [image.descriptor(platform={"architecture": "amd64", "os": "linux"}) for image in images]
        return make_index(entries, {"org.example.made-by": f"{self._seed} {label}"}, images)


def make_manifest(
    body: Mapping[str, object], media_type: str = IMAGE, blobs: tuple[LocalBlob, ...] = ()
) -> LocalManifest:
    """Make a manifest of any kind from its keys, without the first two."""
    return LocalManifest(_to_json({"schemaVersion": 2, "mediaType": media_type, **body}), media_type, blobs)


def make_index(
    entries: list[dict[str, object]], annotations: Mapping[str, str], manifests: tuple[LocalManifest, ...] = ()
) -> LocalManifest:
    """Make an index of descriptors."""
    index = make_manifest({"manifests": entries, "annotations": dict(annotations)}, INDEX)
    return replace(index, manifests=manifests)


def sha256_digest(content: bytes) -> str:
    """Return the digest of the content, as sha256:HEX."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _make_image(config: LocalBlob, layer: LocalBlob, /, **more: object) -> LocalManifest:
    body = {"config": config.descriptor(), "layers": [layer.descriptor()], **more}
    return make_manifest(body, blobs=(config, layer))


def _to_json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()
