"""Faults of mirrors and nodes."""

from __future__ import annotations

from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import fault
from tests.smoke.mutants.breaking import (
    ANY,
    BLOB,
    MANIFEST,
    Change,
    Core,
    error,
    header,
    instead,
    query_of,
)

KIND: Final = "mirrors"
QUERY: Final = "the parameter `ns`"
PAGE: Final = b"<!doctype html><title>Welcome</title>"


def _with_namespace(method: str, path: str, answer: Response | None = None, *, code: int = 0) -> Change:
    """Requests with the parameter ns get this response, or this status code."""

    def change(right: Core, request: Request) -> Response:
        if "ns" not in query_of(request):
            return right(request)
        return answer or error(code, "UNSUPPORTED")

    return instead(method, path, change)


def _page() -> Response:
    return Response(200, [("Content-Type", "text/html")], [PAGE])


def _fails_if_missing(right: Core, request: Request) -> Response:
    """A proxy that takes `ns` for the registry to ask, and fails on its 404."""
    response = right(request)
    return error(500, "UNKNOWN") if "ns" in query_of(request) and response.status == 404 else response


def _prefers_schema_1(right: Core, request: Request) -> Response:
    """A proxy that returns the oldest type of manifest that the client accepts."""
    response = right(request)
    if "prettyjws" not in request.headers.get("accept", ""):
        return response
    return header("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")(response)


FAULTS = (
    fault(
        "a proxy refuses manifests with ?ns=docker.io",
        "sky22333/hubproxy#72",
        _with_namespace("GET|HEAD", MANIFEST, code=400),
        *("mirror-containerd", "mirror-missing"),
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a proxy refuses blobs with ?ns=docker.io",
        "ciiiii/cloudflare-docker-proxy#98",
        _with_namespace("GET", BLOB, code=400),
        *("mirror-containerd", "mirror-missing"),
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a proxy finds nothing for paths with a query",
        "lank8scn/lank8scn#1",
        _with_namespace("GET|HEAD", ANY, code=404),
        "mirror-containerd",
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a proxy connects to the host in ns for HEAD",
        "mcronce/oci-registry#14",
        _with_namespace("HEAD", MANIFEST, code=500),
        *("mirror-containerd", "mirror-missing"),
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a mirror returns 500 for a missing image",
        "rancher/rke2#5754",
        instead("GET|HEAD", ANY, _fails_if_missing),
        "mirror-missing",
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a mirror returns its web page for requests of containerd",
        "containerd/containerd#7400",
        _with_namespace("GET|HEAD", MANIFEST, _page()),
        *("mirror-containerd", "mirror-missing"),
        remedy=QUERY,
        kind=KIND,
    ),
    fault(
        "a proxy labels manifests as schema 1 if the client accepts that",
        "pulp/pulp_container#883",
        instead("GET|HEAD", MANIFEST, _prefers_schema_1),
        "mirror-podman",
        remedy="by the header Accept",
        kind=KIND,
    ),
)
