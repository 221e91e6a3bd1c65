"""Faults of doors: what lets in clients without credentials, or keeps out those with them."""

from __future__ import annotations

from base64 import b64encode
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import (
    BLOB,
    MANIFEST,
    REFERRERS,
    SESSION,
    TAGS,
    Change,
    Core,
    answered,
    error,
    instead,
)
from tests.smoke.servers.fleet import CONFIG, PASSWORD, USER, Running, Starting, htpasswd
from tests.support.nginx import GOOD, Nginx
from tests.support.registry import RealRegistry
from tests.support.tools import tool

_AUTHORIZATION: Final = f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"


def opened(method: str, path: str) -> Change:
    """A proxy logs in for its clients."""

    def answer(right: Core, request: Request) -> Response:
        return right(replace(request, headers={"authorization": _AUTHORIZATION, **request.headers}))

    return instead(method, path, answer)


def behind_login(*locations: str) -> Starting:
    """Start nginx that authenticates clients in these locations, in front of a registry that does not."""

    def start(folder: Path, stack: ExitStack) -> Running:
        users = folder / "users"
        users.write_text(htpasswd())
        auth = f'auth_basic "Registry"; auth_basic_user_file "{users}";'
        registry = stack.enter_context(RealRegistry(tool("registry"), CONFIG, data=folder / "data"))
        settings = (*GOOD, *(location.replace("AUTH", auth) for location in locations))
        return Running(stack.enter_context(Nginx(folder, registry.url, settings=settings)).url, login=True)

    return start


PUSHES: Final = "location /v2/ { limit_except GET { AUTH } proxy_pass http://registry; }"
PING: Final = "location = /v2/ { AUTH proxy_pass http://registry; }"


def _any_password(right: Core, request: Request) -> Response:
    """A proxy looks for a password, and not at it."""
    is_given = "authorization" in request.headers
    return right(
        replace(request, headers={**request.headers, "authorization": _AUTHORIZATION}) if is_given else request
    )


_door = partial(fault, kind="doors", remedy="auth-url", guarded=True)

FAULTS: tuple[Fault, ...] = (
    _door("/v2/ is open, the rest is closed", "moby/moby#12972", opened("GET", "/v2/"), "doors-write"),
    Fault(
        "nginx authenticates pushes only, so /v2/ is open",
        "doors",
        "Joxit/docker-registry-ui#188",
        frozenset({"doors-write"}),
        "auth-url",
        start=behind_login(PUSHES),
    ),
    _door("blobs are open, manifests closed", "openshift/origin#9755", opened("GET|HEAD", BLOB), "doors-read"),
    _door(
        "manifests are open, blobs closed",
        "distribution/distribution#2178",
        opened("GET|HEAD", MANIFEST),
        "doors-read",
    ),
    _door(
        "GET of manifests is open, HEAD closed",
        "moby/moby#45333",
        opened("GET", f"{MANIFEST}|{BLOB}|{TAGS}"),
        "doors-read",
    ),
    _door("tag lists are open", "artifact-keeper/artifact-keeper#3320", opened("GET", TAGS), "doors-read"),
    _door(
        "GET and POST are open, PUT closed",
        "docker-archive/docker-registry#896",
        opened("GET|HEAD|POST", ".+/(manifests|blobs|tags)/.*"),
        "login-push",
    ),
    _door(
        "a wrong password is good for blobs",
        "openshift/origin#9755",
        instead("GET|HEAD", BLOB, _any_password),
        "login-invalid",
        remedy="`auth.htpasswd.enabled`",
    ),
    _door(
        "uploads are continued without credentials",
        "moby/moby#16728",
        opened("PATCH|PUT", SESSION),
        "doors-write",
    ),
    _door(
        "private images are hidden from clients that have not logged in yet",
        "containerd/containerd#3291",
        answered("GET|HEAD", ".+/(manifests|blobs|tags)/.*", lambda _: error(404, "NAME_UNKNOWN"), status=401),
        "private-pulls",
        remedy="`auth.htpasswd.enabled`",
    ),
    _door(
        "referrers are open",
        "artifact-keeper/artifact-keeper#3320",
        opened("GET", REFERRERS),
        "doors-read",
        base="reference",
    ),
)
