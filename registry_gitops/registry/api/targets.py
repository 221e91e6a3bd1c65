"""The path of a request, parsed once into valid names and digests. Spec: distribution-spec, "Endpoints"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from registry_gitops.registry.contents import MAX_REPOSITORY, Digest, is_repository, is_tag
from registry_gitops.registry.error_responses import Code, RegistryError

_UPLOAD_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class RequestTarget:
    """What a path names. Each kind is a class of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RootTarget(RequestTarget):
    """`/`."""


@dataclass(frozen=True, slots=True)
class HealthzTarget(RequestTarget):
    """`/healthz`."""


@dataclass(frozen=True, slots=True)
class ApiBaseTarget(RequestTarget):
    """`/v2/`."""


@dataclass(frozen=True, slots=True)
class CatalogTarget(RequestTarget):
    """`/v2/_catalog`."""


@dataclass(frozen=True, slots=True)
class TagsTarget(RequestTarget):
    """`/v2/<name>/tags/list`."""

    name: str


@dataclass(frozen=True, slots=True)
class ManifestTarget(RequestTarget):
    """`/v2/<name>/manifests/<reference>`: the reference is a digest, or a tag as str."""

    name: str
    reference: Digest | str


@dataclass(frozen=True, slots=True)
class ReferrersTarget(RequestTarget):
    """`/v2/<name>/referrers/<digest>`."""

    name: str
    subject: Digest


@dataclass(frozen=True, slots=True)
class BlobTarget(RequestTarget):
    """`/v2/<name>/blobs/<digest>`."""

    name: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class UploadsTarget(RequestTarget):
    """`/v2/<name>/blobs/uploads/`."""

    name: str


@dataclass(frozen=True, slots=True)
class UploadTarget(RequestTarget):
    """`/v2/<name>/blobs/uploads/<id>`."""

    name: str
    identifier: str


# Clients repeat requests. Invalid paths raise and are not cached, so no client can fill the cache with them.
@lru_cache(maxsize=1024)
def parse_target(path: str) -> RequestTarget:
    """Parse a percent-decoded path. Raises RegistryError."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    parts = path.removeprefix("/v2/").rsplit("/", 2)
    if not path.startswith("/v2/") or len(parts) != 3 or parts[1] not in _RESOURCES:
        raise RegistryError(Code.UNSUPPORTED, "there is nothing at this path", status=404)
    name, resource, last = parts
    return _RESOURCES[resource](name, last)


def _parse_tags(name: str, last: str) -> RequestTarget:
    if last != "list":
        raise RegistryError(Code.UNSUPPORTED, "the tags of a repository are at: tags/list", status=404)
    return TagsTarget(_parse_repository(name))


def _parse_manifest(name: str, last: str) -> RequestTarget:
    return ManifestTarget(_parse_repository(name), _parse_digest(last) if ":" in last else _parse_tag(last))


def _parse_referrers(name: str, last: str) -> RequestTarget:
    return ReferrersTarget(_parse_repository(name), _parse_digest(last))


def _parse_blob(name: str, last: str) -> RequestTarget:
    repository = _parse_repository(name)
    return UploadsTarget(repository) if last == "uploads" else BlobTarget(repository, _parse_digest(last))


def _parse_upload(name: str, last: str) -> RequestTarget:
    if not name.endswith("/blobs"):
        raise RegistryError(Code.UNSUPPORTED, "uploads are at: blobs/uploads", status=404)
    name = _parse_repository(name.removesuffix("/blobs"))
    if not last:
        return UploadsTarget(name)
    if _UPLOAD_ID.fullmatch(last) is None:
        raise RegistryError(Code.BLOB_UPLOAD_UNKNOWN, "this cannot be the identifier of an upload")
    return UploadTarget(name, last)


def _parse_repository(text: str) -> str:
    if not is_repository(text):
        raise RegistryError(
            Code.NAME_INVALID,
            "a name is made of a-z and 0-9, with single . _ / or several - between them, "
            f"and has at most {MAX_REPOSITORY} characters",
        )
    return text


def _parse_digest(text: str) -> Digest:
    digest = Digest.parse(text)
    if digest is None:
        raise RegistryError(Code.DIGEST_INVALID, "this is neither a sha256 nor a sha512 digest")
    return digest


def _parse_tag(text: str) -> str:
    if not is_tag(text):
        raise RegistryError(Code.MANIFEST_INVALID, "a tag is made of up to 128 letters, digits, _ . and -")
    return text


_FIXED: Final[dict[str, RequestTarget]] = {
    "/": RootTarget(),
    "/healthz": HealthzTarget(),
    "/v2": ApiBaseTarget(),
    "/v2/": ApiBaseTarget(),
    "/v2/_catalog": CatalogTarget(),
}

_RESOURCES: Final[dict[str, Callable[[str, str], RequestTarget]]] = {
    "tags": _parse_tags,
    "manifests": _parse_manifest,
    "referrers": _parse_referrers,
    "blobs": _parse_blob,
    "uploads": _parse_upload,
}
"""The part before the last slash -> a parser of what is before that part, and of what is after that slash."""
