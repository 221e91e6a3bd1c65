"""Images, indexes and artifacts of random bytes, the same for the same seed, and OCI image layouts that hold them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

PLATFORMS = ({"architecture": "amd64", "os": "linux"}, {"architecture": "arm64", "os": "linux"})


@dataclass(frozen=True)
class Blob:
    """Bytes with a media type; where they are a manifest, `parts` are what it refers to."""

    media_type: str
    content: bytes
    parts: tuple[Blob, ...] = ()

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @property
    def is_manifest(self) -> bool:
        return self.media_type in (IMAGE, INDEX, DOCKER_IMAGE, DOCKER_LIST)

    def descriptor(self, **more: Any) -> dict[str, Any]:
        """How others refer to it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content), **more}

    def walk(self) -> Iterator[Blob]:
        """Itself after all that it refers to: an order in which a registry takes it."""
        for part in self.parts:
            yield from part.walk()
        yield self

    @property
    def contents(self) -> dict[str, bytes]:
        """Every byte of it, by digest."""
        return {each.digest: each.content for each in self.walk()}


def image(
    random: Random,
    *sizes: int,
    platform: Mapping[str, str] = PLATFORMS[0],
    docker: bool = False,
    shared: Sequence[bytes] = (),
) -> Blob:
    """An image whose layers are gzipped tar archives with a file each: of `shared`, then of so many random bytes."""
    archives = [_archive(data) for data in (*shared, *map(random.randbytes, sizes))]
    history = [{"created_by": "a test"} for _ in archives]
    differences = [f"sha256:{hashlib.sha256(archive).hexdigest()}" for archive in archives]
    config: dict[str, Any] = {
        **platform,
        "created": "2026-11-01T00:00:00Z",
        "config": {"Env": [f"SEED={random.random()}"]},
        "rootfs": {"type": "layers", "diff_ids": differences},
        "history": history,
    }
    layer_type, config_type = (DOCKER_LAYER, DOCKER_CONFIG) if docker else (LAYER, CONFIG)
    layers = [Blob(layer_type, gzip.compress(archive, 1, mtime=0)) for archive in archives]
    return manifest(DOCKER_IMAGE if docker else IMAGE, Blob(config_type, _json(config)), *layers)


def manifest(media_type: str, config: Blob, *layers: Blob, **more: Any) -> Blob:
    """An image manifest of a config and layers; `more` are further fields of it."""
    body = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": config.descriptor(),
        "layers": [layer.descriptor() for layer in layers],
        **more,
    }
    return Blob(media_type, _json(body), (config, *layers))


def index(*images: Blob, docker: bool = False) -> Blob:
    """An index of images, the first for amd64 and the second for arm64."""
    media_type = DOCKER_LIST if docker else INDEX
    entries = [each.descriptor(platform=platform) for each, platform in zip(images, PLATFORMS, strict=False)]
    return Blob(media_type, _json({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}), images)


def artifact(random: Random, size: int, *, subject: Blob | None = None) -> Blob:
    """Random bytes that are no image, and where there is a subject, refer to it."""
    more: dict[str, Any] = {"artifactType": "application/vnd.example.thing", "annotations": {"made.by": "a test"}}
    if subject is not None:
        more["subject"] = subject.descriptor()
    return manifest(IMAGE, Blob(EMPTY, b"{}"), Blob("application/octet-stream", random.randbytes(size)), **more)


def write_layout(folder: Path, tag: str, content: Blob) -> None:
    """Write an OCI image layout with `content` as its one tag."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for digest, data in content.contents.items():
        (blobs / digest.removeprefix("sha256:")).write_bytes(data)
    named = content.descriptor(annotations={"org.opencontainers.image.ref.name": tag})
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": [named]}))


def layout_lacks(folder: Path, content: Blob) -> list[str]:
    """The digests of what an OCI image layout does not have as it is in `content`."""
    files = {each: folder / "blobs" / each.digest.replace(":", "/") for each in content.walk()}
    return [each.digest for each, file in files.items() if not file.exists() or file.read_bytes() != each.content]


def _archive(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("data")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()
