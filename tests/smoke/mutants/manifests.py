"""Broken manifests, and what refers to them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    BLOB,
    MANIFEST,
    REFERRERS,
    Change,
    Core,
    Sent,
    answered,
    body,
    content,
    error,
    header,
    instead,
    matches,
    mutant,
    received,
    status,
    whole,
    without,
)

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DIGEST = r".*/manifests/sha256:.*"
TAG = r".*/manifests/[^:]+"


def _refuses_if(is_refused: Callable[[bytes], bool]) -> Change:
    """Manifests with such a text are refused."""

    def answer(right: Core, request: Request) -> Response:
        text = received(request)
        return error(400, "MANIFEST_INVALID") if is_refused(text) else right(replace(request, body=Sent(text)))

    return instead("PUT", MANIFEST, answer)


def _refuses(word: bytes) -> Change:
    """Manifests with this word in them are refused."""
    return _refuses_if(lambda text: word in text)


def _refuses_type(media_type: str) -> Change:
    """Manifests of this type are refused."""

    def answer(right: Core, request: Request) -> Response:
        if request.headers.get("content-type") == media_type:
            return error(400, "MANIFEST_INVALID")
        return right(request)

    return instead("PUT", MANIFEST, answer)


def _only_docker(right: Core, request: Request) -> Response:
    """Only those get a manifest who accept Docker's."""
    if DOCKER not in request.headers.get("accept", DOCKER):
        return error(404, "MANIFEST_UNKNOWN")
    return right(request)


def _whatever_is_accepted(right: Core, request: Request) -> Response:
    """The first type that a client accepts is what it is told that it gets."""
    response = right(request)
    accepted = request.headers.get("accept", "").partition(",")[0]
    return header("Content-Type", accepted)(response) if response.status == 200 and accepted else response


def _once_for_all(right: Core) -> Core:
    """A tag never moves."""
    tags: set[str] = set()

    def core(request: Request) -> Response:
        if matches(request, "PUT", TAG):
            if request.path in tags:
                return Response(201, [("Location", request.path)])
            tags.add(request.path)
        return right(request)

    return core


def _any_digest(right: Core, request: Request) -> Response:
    """A manifest is accepted under a digest that is not its own."""
    response = right(request)
    return Response(201, [("Location", request.path)]) if response.status == 400 else response


def _incomplete(response: Response) -> Response:
    """A manifest that names what is not there breaks the registry."""
    return error(500, "UNKNOWN") if "Warning" in dict(response.headers) else response


def _now_and_then(right: Core) -> Core:
    """One replica of many lacks what was pushed."""
    seen: Counter[str] = Counter()

    def core(request: Request) -> Response:
        if matches(request, "GET", TAG):
            seen[request.path] += 1
            if seen[request.path] % 10 == 0:
                return error(404, "MANIFEST_UNKNOWN")
        return right(request)

    return core


def _bare(index: dict[str, Any]) -> dict[str, Any]:
    """Descriptors with nothing but what they must have."""
    kept = ("mediaType", "digest", "size")
    return {**index, "manifests": [{key: each[key] for key in kept} for each in index["manifests"]]}


def _formatted(text: bytes) -> bytes:
    return json.dumps(json.loads(text)).encode()


def _formatted_index(response: Response) -> Response:
    return body(_formatted)(response) if dict(response.headers)["Content-Type"] == INDEX else response


def _unfiltered(right: Core, request: Request) -> Response:
    return header("OCI-Filters-Applied", "artifactType")(right(replace(request, query="")))


def _empty(index: dict[str, Any]) -> dict[str, Any]:
    return {**index, "manifests": []}


def _one_entry(response: Response) -> Response:
    """Where nothing refers to an image, it is said to refer to itself."""
    if b'"manifests": []' not in whole(response):
        return response
    entry = {"mediaType": INDEX, "digest": f"sha256:{'0' * 64}", "size": 2}
    return content(lambda index: {**index, "manifests": [entry]})(response)


def _wrong_digest(method: str, code: int) -> Change:
    return answered(method, MANIFEST, header("Docker-Content-Digest", f"sha256:{'0' * 64}"), status=code)


PAIRS = _refuses_if(lambda text: text.count(b'"linux"') == 2)
INCOMPLETE = answered("PUT", MANIFEST, _incomplete)
REFERRING = ("referrers", "referrers-early", "referrers-deleted", "referrers-filter")
KINDS = ("manifest-image", "manifest-docker", "manifest-index", "manifest-artifact", "manifest-bytes", "artifacts")

MANIFESTS = (
    mutant(
        "manifests are JSON like any other",
        answered("GET", DIGEST, header("Content-Type", "application/json"), status=200),
        *KINDS,
    ),
    mutant(
        "a pushed manifest has a wrong digest header",
        _wrong_digest("PUT", 201),
        *KINDS,
    ),
    mutant(
        "HEAD of a manifest has a wrong digest header",
        _wrong_digest("HEAD", 200),
        *("manifest-head", "tag-types"),
    ),
    mutant(
        "HEAD of a manifest has no length",
        answered("HEAD", MANIFEST, lambda response: replace(response, body=[]), status=200),
        *("manifest-head", "tag-types"),
    ),
    mutant(
        "indexes are formatted anew",
        answered("GET", MANIFEST, _formatted_index, status=200),
        *("manifest-index", "referrers-tag", "manifest-shapes"),
    ),
    mutant(
        "HEAD by digest has no length",
        answered("HEAD", DIGEST, lambda response: replace(response, body=[]), status=200),
        "manifest-head",
    ),
    mutant("indexes of two images are refused", PAIRS, "manifest-index", "index-sparse"),
    mutant(
        "configs of images are written anew",
        answered("GET", BLOB, body(lambda text: text.replace(b'"amd64"', b'"AMD64"')), status=200),
        "manifest-image",
    ),
    mutant("any digest of a manifest is right", instead("PUT", DIGEST, _any_digest), "manifest-wrong-digest"),
    mutant(
        "a manifest that is none is an error of ours",
        answered("PUT", MANIFEST, status(500), status=400),
        "manifest-invalid",
        "manifest-wrong-digest",
    ),
    mutant("what a manifest lacks is an error of ours", INCOMPLETE, "manifest-missing-blob", "index-sparse"),
    mutant("a tag never moves", _once_for_all, "tag-moved", "tag-types", "referrers-tag"),
    mutant("Docker's images are refused", _refuses_type(DOCKER), "manifest-docker"),
    mutant(
        "indexes are refused",
        _refuses_type(INDEX),
        *("manifest-index", "referrers", "referrers-tag", "tag-types"),
    ),
    mutant(
        "artifacts are refused",
        _refuses(b'"artifactType"'),
        *("manifest-artifact", "artifacts", "referrers-tag", *REFERRING),
    ),
    mutant(
        "Docker's types or nothing",
        instead("GET|HEAD", MANIFEST, _only_docker),
        *("manifest-accept", "referrers-tag"),
        "mirror-containerd",
    ),
    mutant(
        "a manifest has the type that is asked for",
        instead("GET", MANIFEST, _whatever_is_accepted),
        *("manifest-accept", "manifest-docker", "manifest-index"),
    ),
    mutant("one replica of ten lacks what was pushed", _now_and_then, "replicas-read"),
    mutant("a subject is not confirmed", answered("PUT", MANIFEST, without("OCI-Subject")), "referrers"),
    mutant(
        "nothing refers to anything",
        answered("GET", REFERRERS, content(_empty)),
        *("referrers-tag", *REFERRING),
    ),
    mutant(
        "referrers are no index",
        answered("GET", REFERRERS, body(lambda _: b"[]")),
        *("referrers-endpoint", "referrers-none", *REFERRING),
    ),
    mutant("what nothing refers to has a referrer", answered("GET", REFERRERS, _one_entry), "referrers-none"),
    mutant("referrers have no types", answered("GET", REFERRERS, content(_bare)), *REFERRING),
    mutant("referrers are not filtered, and said to be", instead("GET", REFERRERS, _unfiltered), "referrers-filter"),
)
