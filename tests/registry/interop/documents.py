"""Manifests in which one value is another one: every place of every kind, and every type that JSON has."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.registry.api.asking import DOCKER_IMAGE, DOCKER_LIST, OCI_IMAGE, OCI_INDEX, descriptor, image

CONFIG, LAYER = b"{}", b"layer"
CHILD = image(LAYER, config=CONFIG)
"""A manifest for those that name one; with CONFIG and LAYER it is all that any of them needs."""
_PLATFORM = {"os": "linux", "architecture": "amd64", "os.features": ["x"]}
_ABSENT = object()

VALUES = {
    "absent": _ABSENT,
    "null": None,
    "empty text": "",
    "text": "text",
    "number": 7,
    "zero": 0,
    "negative": -1,
    "fraction": 1.0,
    "true": True,
    "list": [],
    "list of null": [None],
    "list of number": [1],
    "list of text": ["a"],
    "object": {},
    "object of number": {"a": 1},
    "object of null": {"a": None},
}
SIZES = (
    "1e30",
    "1.0",
    "1e2",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    '"12"',
    "1" + "0" * 5000,
    "-0",
    "1E400",
)


@dataclass(frozen=True)
class Case:
    """A document and the Content-Type that it is pushed with."""

    name: str
    content_type: str
    content: bytes


def cases(media_type: str) -> Iterator[Case]:
    """All of one media type: those with one other value, those with one other size, and those without a type."""
    whole = _whole(media_type)
    for place in _places(whole):
        for name, value in VALUES.items():
            yield Case(f"{'.'.join(map(str, place))}: {name}", media_type, _dumped(_with(whole, place, value)))
    listed = "layers" if "layers" in whole else "manifests"
    for size in SIZES:
        for place in ((listed, 0, "size"), ("config", "size"), ("subject", "size")):
            if place[0] in whole:
                content = _dumped(_with(whole, place, "HERE")).replace(b'"HERE"', size.encode())
                yield Case(f"{'.'.join(map(str, place))}: {size[:20]}", media_type, content)
    lists: dict[str, dict[str, object]] = {
        "no other lists": {},
        "no lists": {listed: _ABSENT, "config": _ABSENT},
        "manifests null": {"manifests": None},
        "an empty list of manifests": {"manifests": []},
        "a manifest": {"manifests": [descriptor(CHILD, OCI_IMAGE)]},
        "manifests a text": {"manifests": "text"},
        "layers null": {"layers": None},
        "layers": {"layers": [descriptor(LAYER)], "config": descriptor(CONFIG)},
        "both": {"manifests": [], "layers": [], "config": descriptor(CONFIG)},
    }
    for name, others in lists.items():
        for kind, said in {"absent": _ABSENT, "null": None, "empty": ""}.items():
            value = {**whole, "mediaType": said, **others}
            yield Case(f"mediaType {kind}, {name}", media_type, _dumped(value))


def _whole(media_type: str) -> dict[str, Any]:
    everything: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "annotations": {"a": "b"},
        "artifactType": "x/y",
        "subject": descriptor(CHILD, OCI_IMAGE),
        "unknown": 1,
    }
    if media_type in (OCI_INDEX, DOCKER_LIST):
        return {**everything, "manifests": [descriptor(CHILD, OCI_IMAGE, platform=_PLATFORM)]}
    more = {"urls": None, "annotations": {"a": "b"}, "data": "bGF5ZXI=", "platform": _PLATFORM, "artifactType": "x/y"}
    layer = descriptor(LAYER, "application/vnd.oci.image.layer.v1.tar", **more)
    return {**everything, "config": descriptor(CONFIG, "application/vnd.oci.image.config.v1+json"), "layers": [layer]}


def _places(whole: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    yield from ((key,) for key in {**whole, "config": 0, "layers": 0, "manifests": 0})
    fields = ("mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType", "unknown")
    for above in (("config",), ("layers", 0), ("manifests", 0), ("subject",)):
        if above[0] in whole:
            if len(above) > 1:
                yield above
            yield from ((*above, field) for field in fields)
    listed = "layers" if "layers" in whole else "manifests"
    yield from ((listed, 0, "platform", field) for field in ("os", "architecture", "variant", "os.features"))


def _with(whole: dict[str, Any], place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed: Any = copy.deepcopy(whole)
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    if value is _ABSENT:
        del at[place[-1]]
    assert isinstance(changed, dict)
    return changed


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps({key: each for key, each in value.items() if each is not _ABSENT}).encode()


MEDIA_TYPES = (OCI_IMAGE, OCI_INDEX, DOCKER_IMAGE, DOCKER_LIST)
