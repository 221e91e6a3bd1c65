"""Faults of caches in front of the registry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import BLOB, MANIFEST, Change, Core, matches, whole
from tests.smoke.servers.fleet import CONFIG, LOGIN, Running, Starting, htpasswd
from tests.support.nginx import GOOD, Nginx
from tests.support.registry import RealRegistry
from tests.support.tools import tool

Key = Callable[[Request], tuple[str | None, ...]]
BY_TAG = r".*/manifests/[^:]+"
BY_DIGEST = r".*/manifests/sha256:.*"


def per_user(request: Request) -> tuple[str | None, ...]:
    """What a careful cache distinguishes."""
    headers = (request.headers.get(name) for name in ("authorization", "accept", "range"))
    return (request.method, request.path, request.query, *headers)


def per_url(request: Request) -> tuple[str | None, ...]:
    """What a careless one does."""
    return (request.method, request.path, request.query)


def cached(method: str, path: str, *statuses: int, key: Key = per_user) -> Change:
    """Responses with these status codes, 200 by default, are kept for longer than a run takes."""

    def change(right: Core) -> Core:
        kept: dict[tuple[str | None, ...], Response] = {}
        lock = threading.Lock()

        def core(request: Request) -> Response:
            if not matches(request, method, path):
                return right(request)
            with lock:
                known = kept.get(key(request))
            if known is None:
                known = right(request)
                known.body = [whole(known)]
                if known.status in (statuses or (200,)):
                    with lock:
                        kept[key(request)] = known
            return replace(known, headers=list(known.headers))

        return core

    return change


def _nginx(*settings: str, login: bool = False) -> Starting:
    """Start nginx with a cache in front of a registry."""

    def start(folder: Path, stack: ExitStack) -> Running:
        config = CONFIG + LOGIN if login else CONFIG
        users = htpasswd() if login else ""
        real = stack.enter_context(RealRegistry(tool("registry"), config, htpasswd=users, data=folder / "data"))
        good = [line for line in GOOD if "proxy_buffering" not in line]
        caching = (f'proxy_cache_path "{folder}/cache" keys_zone=registry:1m;', *good, "proxy_cache registry;")
        return Running(stack.enter_context(Nginx(folder, real.url, settings=(*caching, *settings))).url, login)

    return start


_cache = partial(fault, kind="caches", remedy="proxy_cache")

FAULTS: tuple[Fault, ...] = (
    _cache(
        "a cache gives everyone the manifests that a user has pulled",
        "moby/buildkit#5939",
        cached("GET|HEAD", BY_DIGEST, key=per_url),
        *("private-pulls", "delete-manifest"),
        guarded=True,
    ),
    _cache(
        "a cache gives everyone the blobs that a user has pulled",
        "openshift/origin#9755",
        cached("GET", BLOB, key=per_url),
        *("private-pulls", "delete-blob"),
        guarded=True,
    ),
    _cache(
        "a cache keeps tags for GET",
        "getnora-io/nora#639",
        cached("GET", BY_TAG),
        *("tag-moved", "delete-manifest", "delete-tag"),
    ),
    _cache(
        "a cache keeps tags for HEAD, so Flux and nodes see no change",
        "aceeric/ociregistry#3",
        cached("HEAD", BY_TAG),
        *("tag-moved", "delete-manifest", "delete-tag"),
    ),
    _cache(
        "a cache keeps deleted images by digest",
        "rpardini/docker-registry-proxy#156",
        cached("GET", BY_DIGEST),
        "delete-manifest",
    ),
    _cache("a cache keeps deleted blobs", "project-zot/zot#1733", cached("GET", BLOB), "delete-blob"),
    _cache(
        "a cache keeps that a manifest is missing",
        "distribution/distribution#2270",
        cached("GET|HEAD", MANIFEST, 404),
        "pushed-after-missing",
    ),
    _cache(
        "a cache keeps that a blob is missing",
        "distribution/distribution#2094",
        cached("HEAD", BLOB, 404),
        "pushed-after-missing",
    ),
)
