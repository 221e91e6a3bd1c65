"""Checks of caches in front of the registry: what clients read after a change, having read it before."""

from __future__ import annotations

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, LocalManifest
from registry_gitops.smoke.remedies import STORAGE_NOT_SHARED
from registry_gitops.smoke.repository import READS, parse_names

CACHE = (
    "Stop the proxy in front of the registry from caching what can change: tags, lists, and what is missing. With "
    "nginx, remove proxy_cache from `ingress.annotations` (nginx.ingress.kubernetes.io/configuration-snippet), or "
    "limit it to /blobs/ with proxy_cache_valid 200. On a CDN, bypass the cache for /v2/."
)


@check("tag-moved", spec="distribution-spec, end-7: a tag can be pushed again", remedy=CACHE)
def tag_moved(context: Context) -> None:
    """A tag that is pushed again references the new image for everyone who reads it, and the old one stays.

    Tags such as `latest` need the first, deployments by digest the second. Nodes and Flux read a tag again and again,
    so a cache must not keep it.
    """
    tag, old, new = context.make_tag("a"), context.make_variant("old"), context.make_variant("new")
    context.repository.store(old, tag)
    etag = _expect_tag(context, tag, old).headers.get("ETag")
    context.repository.store(new, tag)
    _expect_tag(context, tag, new)
    _expect_tag(context, old.digest, old)
    if etag:
        headers = {"Accept": ACCEPT_ALL, "If-None-Match": etag}
        expect_status(context.repository.request("GET", f"manifests/{tag}", headers=headers), 200)


@check("pushed-after-missing", spec="pitfall: caches that keep 404 Not Found", remedy=CACHE)
def pushed_after_missing(context: Context) -> None:
    """What was missing when a client asked for it is there once it is pushed.

    Every push begins with a HEAD that returns 404. If a cache keeps that, the client pushes in vain.
    """
    image, tag = context.make_image(), context.make_tag("a")
    layer = image.blobs[-1]
    paths = (f"blobs/{layer.digest}", f"manifests/{image.digest}", f"manifests/{tag}")
    if context.is_repeatable and _status(context, "HEAD", paths[0]) == 200:
        raise Skipped("an earlier run has pushed this already, and nothing can be deleted")
    for path in paths:
        for method in READS:
            _status(context, method, path)
    context.repository.push(image, tag)
    for path in paths:
        for method in READS:
            if _status(context, method, path) == 404:
                raise CheckFailed(
                    f"{method} {context.repository.path(path)} still returns 404 after it was pushed",
                    f"{CACHE} If there is no cache: {STORAGE_NOT_SHARED}",
                )


@check("list-after-push", spec="pitfall: caches that keep lists", remedy=CACHE)
def list_after_push(context: Context) -> None:
    """A new tag is in the tag list at once, also for those who have just read it.

    Flux and Renovate choose from the list, and do not see a new version while a cache keeps the old one.
    """
    tag = context.make_tag("a")
    queries = ("", "?n=1000")
    before = [context.repository.request_tags(query) for query in queries]
    if context.is_repeatable and any(tag in parse_names(each, "tags") for each in before if each.status == 200):
        raise Skipped("an earlier run has pushed this tag already, and nothing can be deleted")
    context.repository.store(context.make_variant(), tag)
    for query, old in zip(queries, before, strict=True):
        response = expect_status(context.repository.request_tags(query), 200)
        if tag not in parse_names(response, "tags") and response.body == old.body:
            raise CheckFailed(f"GET of tags/list{query} returns the list from before a push")


def _expect_tag(context: Context, reference: str, image: LocalManifest) -> RegistryResponse:
    for method in READS:
        response = expect_status(context.repository.request_manifest(reference, method=method), 200)
        kind = "its digest" if ":" in reference else "its tag"
        if method == "GET" and response.body != image.content:
            raise CheckFailed(f"GET of an image by {kind} returned another image than was pushed last")
        if response.headers.get("Docker-Content-Digest", image.digest) != image.digest:
            raise CheckFailed(f"{method} of an image by {kind} returned the digest of another image")
    return response


def _status(context: Context, method: str, path: str) -> int:
    return context.repository.request(method, path, headers={"Accept": ACCEPT_ALL}).status


CHECKS = (tag_moved, pushed_after_missing, list_after_push)
