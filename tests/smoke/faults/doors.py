"""Faults of doors: what lets in clients without credentials, or keeps out those with them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from functools import partial
from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import BLOB, MANIFEST, TAGS, Change, Core, instead
from tests.smoke.servers.fleet import PASSWORD, USER

_AUTHORIZATION: Final = f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"


def opened(method: str, path: str) -> Change:
    """A proxy logs in for its clients."""

    def answer(right: Core, request: Request) -> Response:
        return right(replace(request, headers={"authorization": _AUTHORIZATION, **request.headers}))

    return instead(method, path, answer)


_door = partial(fault, kind="doors", remedy="auth-url", guarded=True)

FAULTS: tuple[Fault, ...] = (
    _door("/v2/ is open, the rest is closed", "moby/moby#12972", opened("GET", "/v2/"), "doors-write"),
    _door(
        "GET and HEAD are open, /v2/ included, and pushes are closed",
        "moby/moby#22300",
        opened("GET|HEAD", ".*"),
        "doors-write",
    ),
    _door("blobs are open, manifests closed", "openshift/origin#9755", opened("GET|HEAD", BLOB), "doors-read"),
    _door(
        "manifests are open, blobs closed",
        "distribution/distribution#2891",
        opened("GET|HEAD", MANIFEST),
        "doors-read",
    ),
    _door(
        "HEAD is open, GET closed",
        "containerd/containerd#3556",
        opened("HEAD", ".*"),
        *("doors-read", "private-pulls"),
        remedy="`ingress.annotations`",
    ),
    _door("tag lists are open", "distribution/distribution#1230", opened("GET", TAGS), "doors-read"),
    _door(
        "a proxy authenticates GET only",
        "docker-archive/docker-registry#747",
        opened("POST|PATCH|PUT|DELETE", ".*"),
        *("doors-write", "login-push"),
    ),
)
