"""Parse manifests: a pushed one is checked as registry v3.1.1 checks it; of a stored one, whatever is valid is read.

Spec: image-spec, manifest.md, image-index.md, and descriptor.md; for the docker types, distribution's manifest-v2-2.md.
Registry v3.1.1 decodes into Go structs: null counts as absent, and a value of another type is an error. So does this
parser; tests/registry/interop/test_same_manifests.py compares the two, and lists where this one is stricter, and why.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.registry.contents.identifiers import Digest
from registry_gitops.registry.error_responses import Code, RegistryError

OCI_IMAGE: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_DOCKER_IMAGE: Final = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"

_OCI: Final = (OCI_IMAGE, OCI_INDEX)
_INDEXES: Final = (OCI_INDEX, _DOCKER_LIST)
_KNOWN: Final = (OCI_IMAGE, _DOCKER_IMAGE, *_INDEXES)

_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]{0,126}/[A-Za-z0-9][\w!#$&^.+-]{0,126}", re.ASCII)
"""Media types that are safe in a Content-Type header (RFC 6838, 4.2)."""
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class ParsedManifest:
    """The fields of a manifest that the registry uses."""

    media_type: str
    manifests: Sequence[Digest] = ()
    """The entries of an index: usually manifests; the index of a build cache lists its layers, which are blobs."""
    blobs: Sequence[Digest] = ()
    """Config and layers. A layer with `urls` is left out: it is stored elsewhere."""
    subject: Digest | None = None
    """The manifest that it refers to."""
    artifact_type: str = ""
    """Its own, or else the media type of its config, as the referrers API specifies."""
    annotations: Mapping[str, str] = field(default_factory=dict)


def parse_pushed(content: bytes, content_type: str) -> ParsedManifest:
    """Check and parse a pushed manifest; `content_type` can be empty. Raises RegistryError."""
    content_type = content_type.partition(";")[0].strip().lower()
    try:
        value = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
        media_type = _check_manifest(value, content_type)
    except RecursionError:
        raise _invalid("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise _invalid("it is not UTF-8") from None
    except ValueError as error:
        raise _invalid(str(error)) from None
    if content_type and content_type != media_type:
        raise _invalid(f"the Content-Type of the request is not what the manifest says: {media_type}")
    return _read(value, media_type)


def parse_stored(content: bytes) -> ParsedManifest:
    """Parse a stored manifest, and leave out whatever is not valid. Raises nothing."""
    try:
        value = json.loads(content.decode(errors="replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        value = None
    value = value if isinstance(value, dict) else {}
    media_type = value.get("mediaType")
    if not isinstance(media_type, str) or _MEDIA_TYPE.fullmatch(media_type) is None:
        media_type = _implied_media_type(value)
    return _read(value, media_type)


# -- read: no function here raises, whatever the value is


def _read(value: Mapping[str, Any], media_type: str) -> ParsedManifest:
    manifests, blobs = value.get("manifests"), [value.get("config"), *_list(value.get("layers"))]
    config_type = value["config"].get("mediaType") if isinstance(value.get("config"), dict) else ""
    is_index = media_type in _INDEXES
    annotations = value.get("annotations")
    return ParsedManifest(
        media_type,
        _digests(_list(manifests)) if is_index else (),
        () if is_index else _digests(blobs),
        _digest(value.get("subject")),
        _text(value.get("artifactType")) or ("" if is_index else _text(config_type)),
        _texts(annotations) if isinstance(annotations, dict) else {},
    )


def _implied_media_type(value: Mapping[str, Any]) -> str:
    return OCI_INDEX if isinstance(value.get("manifests"), list) else OCI_IMAGE


def _digests(descriptors: Sequence[Any]) -> list[Digest]:
    """Return the digests of descriptors without `urls`."""
    return [digest for item in descriptors if (digest := _digest(item)) and not item.get("urls")]


def _digest(descriptor: object) -> Digest | None:
    return Digest.parse(_text(descriptor.get("digest"))) if isinstance(descriptor, dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(values: Mapping[str, Any]) -> Mapping[str, str]:
    return {key: value for key, value in values.items() if isinstance(value, str)}


# -- check: the functions raise ValueError with a sentence

_Check = Callable[[str, Any], None]
"""Takes the key of a value, and the value. Raises ValueError if it has not the right type; None has every type."""


def _check_manifest(value: object, content_type: str) -> str:
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    _check_text("mediaType", value.get("mediaType"))
    media_type = value.get("mediaType") or (content_type if content_type in _OCI else _implied_media_type(value))
    if media_type not in _KNOWN:
        raise ValueError(
            "mediaType is none of: OCI image manifest, OCI image index, Docker manifest v2, Docker list v2"
        )
    if type(value.get("schemaVersion")) is not int or value["schemaVersion"] != 2:
        raise ValueError("schemaVersion is not 2")
    forbidden, fields = (("config", "layers"), _INDEX) if media_type in _INDEXES else (("manifests",), _IMAGE)
    for key in forbidden:
        if value.get(key) is not None:
            raise ValueError(f"{key} stands in a manifest of the type {media_type}, which has none")
    for key, check_field in fields.items():
        check_field(key, value.get(key))
    if fields is _IMAGE and value.get("config") is None:
        raise ValueError("config is missing")
    return media_type


def _check_text(key: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is not a text")


def _check_size(key: str, value: object) -> None:
    if value is not None and (type(value) is not int or not 0 <= value <= _LARGEST):
        raise ValueError(f"{key} is not a number of bytes: an integer from 0 to {_LARGEST}")


def _check_digest(key: str, value: object) -> None:
    _check_text(key, value)
    if Digest.parse(_text(value)) is None:
        raise ValueError(f"{key} is neither a sha256 nor a sha512 digest")


def _check_data(key: str, value: object) -> None:
    _check_text(key, value)
    try:
        b64decode(_text(value), validate=True)
    except ValueError:
        raise ValueError(f"{key} is not Base64") from None


def _check_list_of(check_item: _Check) -> _Check:
    def check(key: str, value: object) -> None:
        if value is not None and not isinstance(value, list):
            raise ValueError(f"{key} is not a list")
        for index, item in enumerate(value or ()):
            check_item(f"{key}[{index}]", item)

    return check


def _check_texts(key: str, value: object) -> None:
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{key} is not an object of texts")
    for name, text in (value or {}).items():
        _check_text(f"{key}[{json.dumps(name)}]", text)


def _check_object_of(fields: Mapping[str, _Check]) -> _Check:
    def check(key: str, value: object) -> None:
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{key} is not an object")
        if value is not None:
            for name, check_field in fields.items():
                check_field(f"{key}.{name}", value.get(name))

    return check


_check_platform = _check_object_of(
    {
        "architecture": _check_text,
        "os": _check_text,
        "os.version": _check_text,
        "os.features": _check_list_of(_check_text),
        "variant": _check_text,
    }
)
_check_descriptor_or_null = _check_object_of(
    {
        "mediaType": _check_text,
        "digest": _check_digest,
        "size": _check_size,
        "urls": _check_list_of(_check_text),
        "annotations": _check_texts,
        "data": _check_data,
        "platform": _check_platform,
        "artifactType": _check_text,
    }
)


def _check_descriptor(key: str, value: object) -> None:
    if value is None:
        raise ValueError(f"{key} is not a descriptor")
    _check_descriptor_or_null(key, value)


_SHARED: Final = {"subject": _check_descriptor_or_null, "artifactType": _check_text, "annotations": _check_texts}
_IMAGE: Final[Mapping[str, _Check]] = {
    "config": _check_descriptor_or_null,
    "layers": _check_list_of(_check_descriptor),
    **_SHARED,
}
_INDEX: Final[Mapping[str, _Check]] = {"manifests": _check_list_of(_check_descriptor), **_SHARED}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object. Two readers could read a repeated key differently."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _integer(digits: str) -> int | float:
    """Parse an integer; one with more digits than any valid size as a float, because Python refuses very long ones."""
    return int(digits) if len(digits) <= _DIGITS + 1 else float(digits)


def _no_constant(name: str) -> object:
    raise ValueError("it is not JSON: " + name)


def _invalid(reason: str) -> RegistryError:
    return RegistryError(Code.MANIFEST_INVALID, reason)
