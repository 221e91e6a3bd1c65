"""Faults of kinds of content."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from registry_gitops.registry.messages import Request, Response
from registry_gitops.smoke import Level
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import (
    MANIFEST,
    Change,
    Core,
    Sent,
    answered,
    body,
    error,
    instead,
    received,
    whole,
)
from tests.smoke.servers.fleet import CONFIG, Running
from tests.support.registry import RealRegistry
from tests.support.tools import tool

KIND: Final = "5 contents"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
EMPTY_CONFIG: Final = r".*/blobs/sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
PLATFORMS: Final = "`configuration.validation.manifests.indexes.platforms`"
MODSECURITY: Final = "nginx.ingress.kubernetes.io/enable-modsecurity"
MB: Final = 1_000_000


def _refuses(is_refused: Callable[[dict[str, Any]], bool], status: int = 400, code: str = "MANIFEST_INVALID") -> Change:
    """Manifests like this are refused."""

    def answer(right: Core, request: Request) -> Response:
        text = received(request)
        try:
            manifest = json.loads(text)
        except ValueError:
            manifest = None
        is_object = isinstance(manifest, dict)
        return error(status, code) if is_object and is_refused(manifest) else right(replace(request, body=Sent(text)))

    return instead("PUT", MANIFEST, answer)


def _has_config(word: str) -> Callable[[dict[str, Any]], bool]:
    return lambda manifest: word in manifest.get("config", {}).get("mediaType", "")


def _has_layer(word: str) -> Callable[[dict[str, Any]], bool]:
    return lambda manifest: any(word in layer["mediaType"] for layer in manifest.get("layers", []))


def _has_entry(key: str, *values: object) -> Callable[[dict[str, Any]], bool]:
    return lambda manifest: any(entry.get(key) in values for entry in manifest.get("manifests", []))


def _is_list(request: Request) -> bool:
    return request.headers.get("content-type") == DOCKER_LIST


def _refuses_lists(right: Core, request: Request) -> Response:
    return error(415, "UNSUPPORTED") if _is_list(request) else right(request)


def _chooses_platform(right: Core, request: Request) -> Response:
    """A request for a list returns its first image."""
    response = right(request)
    types = {value for name, value in response.headers if name.lower() == "content-type"}
    if request.method == "HEAD" and DOCKER_LIST in types:
        response = right(replace(request, method="GET"))
    if response.status != 200 or DOCKER_LIST not in types:
        return response
    repository, _, _ = request.path.rpartition("/")
    digest = json.loads(whole(response))["manifests"][0]["digest"]
    return right(replace(request, path=f"{repository}/{digest}"))


def _formatted(text: bytes) -> bytes:
    return json.dumps(json.loads(text), indent=2).encode()


def _too_large(response: Response) -> Response:
    return error(500, "UNKNOWN") if len(whole(response)) > MB else response


def _with_platforms(platforms: str) -> Callable[[Path, ExitStack], Running]:
    """Start registry:3 that validates the images of some platforms."""
    config = f"{CONFIG}validation: {{manifests: {{indexes: {platforms}}}}}\n"

    def start(folder: Path, stack: ExitStack) -> Running:
        return Running(stack.enter_context(RealRegistry(tool("registry"), config, data=folder / "data")).url)

    return start


FAULTS: tuple[Fault, ...] = (
    fault(
        "manifest lists of Docker are refused",
        "goharbor/harbor#8855",
        instead("PUT", MANIFEST, _refuses_lists),
        "docker-list",
        remedy="drop rules that look at Content-Type",
        kind=KIND,
    ),
    fault(
        "a manifest list is resolved to the image of one platform",
        "containerd/nerdctl#3838",
        instead("GET|HEAD", MANIFEST, _chooses_platform),
        *("docker-list", "cache-accept"),
        remedy="`ingress.annotations`",
        kind=KIND,
    ),
    fault(
        "artifacts of Flux are refused",
        "fluxcd/flux2#3724",
        _refuses(_has_config("vnd.cncf.flux")),
        "artifacts",
        remedy=MODSECURITY,
        kind=KIND,
    ),
    fault(
        "manifests without a media type are refused, as Helm pushes them",
        "cloudflare/serverless-registry#158",
        _refuses(lambda manifest: "mediaType" not in manifest),
        *("artifacts", "manifest-shapes"),
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "the empty config is returned empty",
        "project-zot/zot#2977",
        answered("GET", EMPTY_CONFIG, body(lambda _: b""), status=200),
        "artifacts",
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "images without layers are refused",
        "opencontainers/image-spec#1025",
        _refuses(lambda manifest: manifest.get("layers") == []),
        "manifest-shapes",
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "signatures of cosign are refused",
        "sigstore/cosign#1994",
        _refuses(_has_layer("simplesigning")),
        "cosign-signature",
        remedy=MODSECURITY,
        kind=KIND,
    ),
    fault(
        "a missing signature is forbidden",
        "sigstore/cosign#2973",
        answered("GET|HEAD", r".*/manifests/sha256-.*", lambda _: error(403, "DENIED"), status=404),
        *("cosign-signature", "referrers-tag"),
        remedy="a proxy in front of the registry refuses the request",
        kind=KIND,
    ),
    fault(
        "images with attestations are refused",
        "docker/buildx#1513",
        _refuses(_has_entry("platform", {"architecture": "unknown", "os": "unknown"})),
        "buildkit-attestation",
        remedy=MODSECURITY,
        kind=KIND,
    ),
    fault(
        "caches of BuildKit are refused",
        "moby/buildkit#1865",
        _refuses(lambda manifest: "vnd.buildkit.cacheconfig" in json.dumps(manifest)),
        "buildkit-cache",
        remedy=MODSECURITY,
        kind=KIND,
    ),
    Fault(
        "the registry ends requests with an index without platforms",
        KIND,
        "distribution/distribution#4804",
        frozenset({"buildkit-cache", "cache-accept", "manifest-shapes", "referrers-tag"}),
        f"{PLATFORMS} is list, set it to none",
        start=_with_platforms("{platforms: list, platformlist: [{architecture: amd64, os: linux}]}"),
    ),
    fault(
        "indexes in indexes are refused",
        "bazel-contrib/rules_oci#241",
        _refuses(_has_entry("mediaType", INDEX)),
        "manifest-shapes",
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "an index that names an entry twice is not found",
        "distribution/distribution#4005",
        _refuses(lambda manifest: _names_twice(manifest.get("manifests", [])), 404, "NOT_FOUND"),
        "manifest-shapes",
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "zstd layers are refused",
        "quay/quay#801",
        _refuses(_has_layer("+zstd")),
        "layer-types",
        remedy="run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "images of many layers are refused",
        "openai/tart#890",
        _refuses(lambda manifest: len(manifest.get("layers", [])) > 127, 405, "UNSUPPORTED"),
        "manifest-many-layers",
        remedy="Accept manifests of every media type and size",
        kind=KIND,
    ),
    fault(
        "manifests are formatted anew",
        "moby/buildkit#2963",
        answered("GET", MANIFEST, body(_formatted), status=200),
        *("manifest-bytes", "artifacts", "manifest-shapes", "cache-accept"),
        remedy="`ingress.annotations`",
        kind=KIND,
    ),
    fault(
        "large manifests can be pushed, but not pulled",
        "distribution/distribution#4636",
        answered("GET", MANIFEST, _too_large, status=200),
        "manifest-4-mb",
        remedy="size",
        kind=KIND,
        level=Level.FULL,
    ),
)


def _names_twice(entries: list[dict[str, Any]]) -> bool:
    return len({entry["digest"] for entry in entries}) < len(entries)
