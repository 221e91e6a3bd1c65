"""Requests to the core, as an adapter would make them, and what comes back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from registry_gitops.registry.api import Registry
from registry_gitops.registry.contents import Digest
from registry_gitops.registry.messages import ClientGone, FilePart, Request, Response
from registry_gitops.registry.storage import Storage

OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


class Sent:
    """A body that came whole, or that the client broke off after `content`."""

    def __init__(self, content: bytes, *, chunked: bool = False, broken_off: bool = False) -> None:
        self._left = memoryview(content)
        self._broken_off = broken_off
        self.was_read = False
        self.length = None if chunked else len(content) + broken_off

    def readinto(self, buffer: memoryview) -> int:
        self.was_read = True
        count = min(len(buffer), len(self._left))
        if not count and self._broken_off:
            raise ClientGone("the client left")
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    """A header that comes more than once is joined by commas."""
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of the error."""
        (error,) = self.json["errors"]
        return str(error["code"])

    @property
    def detail(self) -> str:
        (error,) = self.json["errors"]
        return str(error["detail"])


class Asking:
    """A registry, and the storage that it is over."""

    def __init__(self, storage: Storage, **options: Any) -> None:
        self.storage = storage
        self.registry = Registry(storage, **options)

    def restarted(self, **options: Any) -> Asking:
        """Another registry over the same storage, which remembers nothing of what this one does."""
        return Asking(self.storage, **options)

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | Sent = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        path, _, query = target.partition("?")
        sent = body if isinstance(body, Sent) else Sent(body)
        return answer(self.registry(Request(method, unquote(path), query, headers or {}, sent)))

    def push_blob(self, name: str, content: bytes, algorithm: str = "sha256") -> Digest:
        digest = Digest.of(content, algorithm)
        assert self("POST", f"/v2/{name}/blobs/uploads/?digest={digest}", content).status == 201
        return digest

    def push_manifest(self, name: str, reference: str | Digest, content: bytes) -> Digest:
        assert self("PUT", f"/v2/{name}/manifests/{reference}", content).status == 201
        return Digest.of(content)

    def begin(self, name: str) -> str:
        """The location of a new upload."""
        begun = self("POST", f"/v2/{name}/blobs/uploads/")
        assert begun.status == 202
        return begun.headers["Location"]


def answer(response: Response) -> Answer:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    content = b"".join(part if isinstance(part, bytes) else _read(part) for part in response.body)
    if response.length is not None:
        headers["Content-Length"] = str(response.length)
    return Answer(response.status, headers, content)


def _read(part: FilePart) -> bytes:
    return os.pread(part.file.fileno(), part.count, part.offset)


def descriptor(content: bytes, media_type: str = "application/octet-stream", **others: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(content), "digest": str(Digest.of(content)), **others}


def image(*layers: bytes, config: bytes = b"{}", **others: Any) -> bytes:
    """An image manifest."""
    value = {
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE,
        "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor(layer) for layer in layers],
        **others,
    }
    return json.dumps(value).encode()


def index(*manifests: bytes, **others: Any) -> bytes:
    """An index of image manifests."""
    value = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [descriptor(manifest, OCI_IMAGE) for manifest in manifests],
        **others,
    }
    return json.dumps(value).encode()
