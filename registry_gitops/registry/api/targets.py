"""What the path of a request names, parsed once: whoever gets a target never meets an invalid name, tag or digest.

Spec: distribution-spec, "Endpoints".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from registry_gitops.registry.contents.identifiers import MAX_REPOSITORY, Digest, is_repository, is_tag
from registry_gitops.registry.errors import Code, RegistryError

_UPLOAD = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Front:
    """`/`."""


@dataclass(frozen=True, slots=True)
class Healthz:
    """`/healthz`."""


@dataclass(frozen=True, slots=True)
class Base:
    """`/v2/`."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """`/v2/_catalog`."""


@dataclass(frozen=True, slots=True)
class Tags:
    """`/v2/<name>/tags/list`."""

    name: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`/v2/<name>/manifests/<reference>`: a reference is a digest, or a tag as text."""

    name: str
    reference: Digest | str


@dataclass(frozen=True, slots=True)
class Referrers:
    """`/v2/<name>/referrers/<digest>`."""

    name: str
    subject: Digest


@dataclass(frozen=True, slots=True)
class Blob:
    """`/v2/<name>/blobs/<digest>`."""

    name: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class Uploads:
    """`/v2/<name>/blobs/uploads/`."""

    name: str


@dataclass(frozen=True, slots=True)
class Upload:
    """`/v2/<name>/blobs/uploads/<id>`."""

    name: str
    identifier: str


Target = Front | Healthz | Base | Catalog | Tags | Manifest | Referrers | Blob | Uploads | Upload


# Clients ask for the same again and again. What is refused is not remembered, so nobody can fill the memory.
@lru_cache(maxsize=1024)
def parse(path: str) -> Target:
    """What a percent-decoded path names. Raises RegistryError."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    parts = path.removeprefix("/v2/").rsplit("/", 2)
    if not path.startswith("/v2/") or len(parts) != 3 or parts[1] not in _NAMED:
        raise RegistryError(Code.UNSUPPORTED, "there is nothing at this path", status=404)
    name, word, last = parts
    return _NAMED[word](name, last)


def _tags(name: str, last: str) -> Target:
    if last != "list":
        raise RegistryError(Code.UNSUPPORTED, "the tags of a repository are at: tags/list", status=404)
    return Tags(_repository(name))


def _manifest(name: str, last: str) -> Target:
    return Manifest(_repository(name), _digest(last) if ":" in last else _tag(last))


def _referrers(name: str, last: str) -> Target:
    return Referrers(_repository(name), _digest(last))


def _blob(name: str, last: str) -> Target:
    return Uploads(_repository(name)) if last == "uploads" else Blob(_repository(name), _digest(last))


def _upload(name: str, last: str) -> Target:
    if not name.endswith("/blobs"):
        raise RegistryError(Code.UNSUPPORTED, "uploads are at: blobs/uploads", status=404)
    name = _repository(name.removesuffix("/blobs"))
    if not last:
        return Uploads(name)
    if _UPLOAD.fullmatch(last) is None:
        raise RegistryError(Code.BLOB_UPLOAD_UNKNOWN, "this cannot be the identifier of an upload")
    return Upload(name, last)


def _repository(text: str) -> str:
    if not is_repository(text):
        raise RegistryError(
            Code.NAME_INVALID,
            "a name is made of a-z and 0-9, with single . _ / or several - between them, "
            f"and has at most {MAX_REPOSITORY} characters",
        )
    return text


def _digest(text: str) -> Digest:
    digest = Digest.parse(text)
    if digest is None:
        raise RegistryError(Code.DIGEST_INVALID, "this is neither a sha256 nor a sha512 digest")
    return digest


def _tag(text: str) -> str:
    if not is_tag(text):
        raise RegistryError(Code.MANIFEST_INVALID, "a tag is made of up to 128 letters, digits, _ . and -")
    return text


_FIXED: Final[dict[str, Target]] = {
    "/": Front(),
    "/healthz": Healthz(),
    "/v2": Base(),
    "/v2/": Base(),
    "/v2/_catalog": Catalog(),
}

_NAMED: Final[dict[str, Callable[[str, str], Target]]] = {
    "tags": _tags,
    "manifests": _manifest,
    "referrers": _referrers,
    "blobs": _blob,
    "uploads": _upload,
}
"""By the word before the last slash: what is before the word, and what is behind that slash, make a target."""
