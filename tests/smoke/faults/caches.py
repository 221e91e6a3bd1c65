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
from tests.smoke.mutants.breaking import BLOB, MANIFEST, Change, Core, error, matches, whole
from tests.smoke.servers.fleet import CONFIG, LOGIN, Running, Starting, htpasswd
from tests.support.nginx import CACHE, GOOD, Nginx
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


def until_pushed(right: Core) -> Core:
    """A cache that keeps the first representation of a tag, whatever a client accepts, until the tag is pushed."""
    kept: dict[str, Response] = {}

    def core(request: Request) -> Response:
        if not matches(request, ".*", BY_TAG):
            return right(request)
        if request.method not in ("GET", "HEAD"):
            kept.pop(request.path, None)
            return right(request)
        known = kept.get(request.path) or right(replace(request, method="GET"))
        known.body = [whole(known)]
        if known.status == 200:
            kept[request.path] = known
        body = [] if request.method == "HEAD" else known.body
        return replace(known, headers=list(known.headers), body=body, length=len(whole(known)))

    return core


def unmodified(right: Core) -> Core:
    """A cache that answers conditional requests by the ETags that it has seen of a tag, and passes all others on."""
    seen: dict[str, set[str]] = {}

    def core(request: Request) -> Response:
        if not matches(request, "GET|HEAD", BY_TAG):
            return right(request)
        known = seen.setdefault(request.path, set())
        if request.headers.get("if-none-match") in known:
            return Response(304)
        response = right(request)
        known.add(dict(response.headers).get("Etag", ""))
        return response

    return core


def _nginx(pattern: str, *settings: str, login: bool = False) -> Starting:
    """Start nginx that caches the paths of a pattern in front of a registry."""
    good = tuple(line for line in GOOD if "proxy_buffering" not in line)
    lines = (*good, f"proxy_cache {CACHE};", *settings, "proxy_pass http://registry;")

    def start(folder: Path, stack: ExitStack) -> Running:
        config, users = (CONFIG + LOGIN, htpasswd()) if login else (CONFIG, "")
        real = stack.enter_context(RealRegistry(tool("registry"), config, htpasswd=users, data=folder / "data"))
        location = f'location ~ "{pattern}" {{ {" ".join(lines)} }}'
        return Running(stack.enter_context(Nginx(folder, real.url, settings=(*good, location))).url, login)

    return start


CONTENT = "/(manifests|blobs)/sha256:"
KEPT = "proxy_cache_valid 200 10m;"
CAREFUL = 'proxy_cache_key "$request_method$host$request_uri$http_accept$http_range$http_authorization";'


def _real(name: str, report: str, start: Starting, *caught_by: str) -> Fault:
    return Fault(name, "caches", report, frozenset(caught_by), "proxy_cache", start=start)


_cache = partial(fault, kind="caches", remedy="proxy_cache")


def _deleted(name: str, report: str, path: str) -> Fault:
    """A registry that forgets what is pushed after it was deleted."""
    return fault(name, report, forgets(path), "delete-push-again", kind="caches", remedy="restart the Pod")


def forgets(path: str) -> Change:
    """What was deleted there stays deleted, whatever is pushed."""

    def change(right: Core) -> Core:
        deleted: set[str] = set()

        def core(request: Request) -> Response:
            if request.method in ("GET", "HEAD") and request.path in deleted:
                return error(404, "UNKNOWN")
            response = right(request)
            if matches(request, "DELETE", path) and response.status == 202:
                deleted.add(request.path)
            return response

        return core

    return change


FAULTS: tuple[Fault, ...] = (
    _cache(
        "a cache gives everyone the manifests that a user has pulled",
        "sonatype/nexus-public#217",
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
        "artifact-keeper/artifact-keeper#3712",
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
        "distribution/distribution#2094",
        cached("GET|HEAD", MANIFEST, 404),
        "pushed-after-missing",
    ),
    _deleted("a cache of the registry remembers deleted manifests", "distribution/distribution#3254", BY_DIGEST),
    _deleted("a cache of the registry remembers deleted tags", "burnettk/delete-docker-registry-image#16", BY_TAG),
    _deleted("a cache of the registry remembers deleted blobs", "distribution/distribution#1803", BLOB),
    _cache(
        "a cache keeps that a blob is missing",
        "argoproj/argo-cd#15084",
        cached("HEAD", BLOB, 404),
        "pushed-after-missing",
    ),
    _cache(
        "a cache ignores which media types a client accepts, as Cloudflare does",
        "https://github.com/tianon/dockerhub-public-proxy",
        until_pushed,
        "cache-accept",
    ),
    _cache(
        "a cache compares If-None-Match with what it has kept",
        "rpardini/docker-registry-proxy#114",
        unmodified,
        "tag-moved",
    ),
    _real(
        "nginx caches all responses for ten minutes, with a careful key",
        "rpardini/docker-registry-proxy#54",
        _nginx("^/v2/", KEPT, CAREFUL),
        *("tag-moved", "list-after-push", "delete-manifest", "delete-tag", "delete-blob"),
    ),
    _real(
        "nginx caches tags for a second",
        "rpardini/docker-registry-proxy#51",
        _nginx("/manifests/[^:]+$", "proxy_cache_valid 200 1s;", CAREFUL),
        *("tag-moved", "delete-tag"),
    ),
    _real(
        "nginx caches what is missing",
        "https://boring-registry.github.io/boring-registry/latest/configuration/caching-proxy",
        _nginx("^/v2/", "proxy_cache_valid 404 1m;", CAREFUL),
        "pushed-after-missing",
    ),
    _real(
        "nginx gives everyone what it has cached for a user",
        "https://mailman.nginx.org/pipermail/nginx/2009-August/014452.html",
        _nginx(CONTENT, KEPT, login=True),
        "private-pulls",
    ),
    _real(
        "nginx gives everyone what it has cached for a user, and the ping",
        "virtuald/docker-registry-cache#1",
        _nginx("^/v2/", KEPT, login=True),
        "private-pulls",
    ),
    _real(
        "nginx keeps the refusal of one client for all others",
        "rpardini/docker-registry-proxy#5",
        _nginx(CONTENT, "proxy_cache_valid 401 1m;", login=True),
        "private-pulls",
    ),
    _real(
        "nginx caches HEAD under the key of GET",
        "coreweave/docker-registry-proxy#46",
        _nginx(CONTENT, KEPT, "proxy_cache_convert_head off;"),
        "cache-ranges",
    ),
    _real(
        "nginx caches a part of a blob as the whole",
        "fabiocicerchia/go-proxy-cache#265",
        _nginx(CONTENT, KEPT, "proxy_cache_valid 206 10m;", "proxy_set_header Range $http_range;"),
        "cache-ranges",
    ),
)
