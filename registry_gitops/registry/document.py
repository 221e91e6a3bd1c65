"""What a manifest says: strict about what is pushed, patient with what is stored.

Spec: image-spec, manifest.md, image-index.md and descriptor.md; for the docker types, distribution's manifest-v2-2.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.names import Digest

OCI_IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_DOCKER_IMAGE: Final = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"

_IMAGES: Final = (OCI_IMAGE, _DOCKER_IMAGE)
_INDEXES: Final = (OCI_INDEX, _DOCKER_LIST)


@dataclass(frozen=True, slots=True)
class Document:
    """A manifest."""

    media_type: str
    manifests: Sequence[Digest] = ()
    """The manifests that an index is made of."""
    blobs: Sequence[Digest] = ()
    """Config and layers that are kept here; a layer with `urls` is kept elsewhere."""
    subject: Digest | None = None
    """What it refers to."""
    artifact_type: str = ""
    """Its own, or else the media type of its config, as a list of referrers wants it."""
    annotations: Mapping[str, str] = field(default_factory=dict)


def pushed(content: bytes, content_type: str) -> Document:
    """What a manifest says that came as `content_type`, which may be empty. Raises RegistryError."""
    try:
        value = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        document = _document(value)
    except RecursionError:
        raise _invalid("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise _invalid("it is not UTF-8") from None
    except ValueError as error:
        raise _invalid(str(error)) from None
    content_type = content_type.partition(";")[0].strip().lower()
    if content_type and content_type != document.media_type:
        raise _invalid(f"the Content-Type of the request is not what the manifest says: {document.media_type}")
    return document


def stored(content: bytes) -> Document:
    """What a manifest says that some registry has taken: whatever cannot be understood is left out."""
    try:
        value = json.loads(content.decode())
    except (ValueError, RecursionError):
        return Document(OCI_IMAGE)
    try:
        return _document(value)
    except ValueError:
        return Document(_media_type(value) if isinstance(value, dict) else OCI_IMAGE)


def _document(value: object) -> Document:
    """Raises ValueError with a sentence."""
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    media_type = _media_type(value)
    if media_type not in _IMAGES + _INDEXES:
        raise ValueError(
            "mediaType is none of: OCI image manifest, OCI image index, Docker manifest v2, Docker list v2"
        )
    if type(value.get("schemaVersion")) is not int or value["schemaVersion"] != 2:
        raise ValueError("schemaVersion is not 2")
    subject = _descriptor("subject", value["subject"]) if value.get("subject") is not None else None
    artifact_type = _text("artifactType", value.get("artifactType", ""))
    annotations = _annotations(value.get("annotations"))
    if media_type in _INDEXES:
        if "config" in value or "layers" in value:
            raise ValueError("an index has neither config nor layers")
        manifests = _descriptors("manifests", value)
        return Document(media_type, manifests, (), subject, artifact_type, annotations)
    if "manifests" in value:
        raise ValueError("a manifest with config and layers has no manifests")
    config = _descriptor("config", value.get("config"))
    artifact_type = artifact_type or value["config"]["mediaType"]
    return Document(media_type, (), (config, *_descriptors("layers", value)), subject, artifact_type, annotations)


def _media_type(value: Mapping[str, Any]) -> str:
    """As OCI has it: the field may be missing. Docker's types have it always."""
    if "mediaType" in value:
        return _text("mediaType", value["mediaType"])
    return OCI_INDEX if "manifests" in value else OCI_IMAGE


def _descriptors(key: str, value: Mapping[str, Any]) -> list[Digest]:
    """The digests of a list of descriptors. Programs written in Go say null for an empty one."""
    if key not in value:
        raise ValueError(f"{key} is missing")
    items = [] if value[key] is None else value[key]
    if not isinstance(items, list):
        raise ValueError(f"{key} is not a list")
    digests = [_descriptor(f"{key}[{index}]", item) for index, item in enumerate(items)]
    return [digest for digest, item in zip(digests, items, strict=True) if not item.get("urls")]


def _descriptor(place: str, value: object) -> Digest:
    """The digest of a descriptor."""
    if not isinstance(value, dict):
        raise ValueError(f"{place} is not a descriptor")
    if not _text(f"{place}.mediaType", value.get("mediaType")):
        raise ValueError(f"{place}.mediaType is empty")
    if type(value.get("size")) is not int or value["size"] < 0:
        raise ValueError(f"{place}.size is not a number of bytes")
    if not isinstance(value.get("urls", []), list | None):
        raise ValueError(f"{place}.urls is not a list")
    digest = Digest.parse(_text(f"{place}.digest", value.get("digest")))
    if digest is None:
        raise ValueError(f"{place}.digest is neither a sha256 nor a sha512 digest")
    return digest


def _annotations(value: object) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("annotations is not an object of texts")
    return value


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{place} is not a text")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. With a key twice, two readers would see two manifests."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _no_constant(name: str) -> object:
    raise ValueError("it is not JSON: " + name)


def _invalid(reason: str) -> RegistryError:
    return RegistryError(Code.MANIFEST_INVALID, reason)
