"""Checks of deletion, and of its refusal if it is off."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.checks.caches import CACHE
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status, parse_errors, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, LocalBlob, LocalManifest
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.remedies import STORAGE_NOT_SHARED
from registry_gitops.smoke.remedy import Remedy, at_least
from registry_gitops.smoke.repository import READS, expect_same_bytes, parse_names

SHARED_CACHE = Remedy(
    "Each replica has a cache of its own: set `cache.type` to redis (with `cache.redis.addrs`) or off, or "
    "`replicaCount` to 1.",
    sets={"cache.type": lambda kind: kind in ("redis", "off"), "replicaCount": 1},
    is_choice=True,
    otherwise="Still, something remembers what was deleted: a cache of a proxy in front (`ingress.annotations`), or an "
    "old Pod with a cache of its own.",
)
STALE = f"{CACHE} {SHARED_CACHE}"
CONNECTIONS = 8
DELETION = (Precondition.PUSH, Precondition.DELETE)
ENABLE = Remedy(
    "Set `deletion.enabled` to true, and `image.tag` to 3.1.1 or newer.",
    sets={"deletion.enabled": True, "image.tag": at_least("3.1.1")},
)


@check("delete-manifest", needs=DELETION, spec="distribution-spec, end-9: DELETE by digest", remedy=ENABLE)
def delete_manifest(context: Context) -> None:
    """An image can be deleted by its digest, and its tags with it.

    Otherwise, cleanup frees no space, and tags reference missing images.
    """
    image, tag = _push_and_delete(context)
    for method in READS:
        if context.repository.request_manifest(image.digest, method=method).status != 404:
            raise CheckFailed(f"a deleted image is still there for {method} by its digest", STALE)
    statuses = {method: context.repository.request_manifest(tag, method=method).status for method in READS}
    if set(statuses.values()) == {404}:
        return
    if 404 in statuses.values():
        stale = next(method for method, status in statuses.items() if status != 404)
        raise CheckFailed(f"a deleted image is still there for {stale} by its tag", STALE)
    raise NotSupported("the tags of a deleted image stay, and still reference it: delete the tags too")


@check(
    "delete-manifest-ghost",
    needs=DELETION,
    spec="distribution-spec, end-9: tags of a deleted manifest are gone",
    remedy=ENABLE,
)
def delete_manifest_ghost(context: Context) -> None:
    """The tag of a deleted image is not listed.

    Flux and Renovate choose from the tag list, and cannot pull such a tag.
    """
    image, tag = context.make_variant(), context.make_tag("a")
    context.repository.store(image, tag)
    context.repository.request_tags()
    _delete_image(context, image)
    response = context.repository.request_tags()
    if expect_status(response, 200, 404).status == 404 or tag not in parse_names(response, "tags"):
        return
    if context.repository.request_manifest(tag).status == 200:
        raise NotSupported("the tags of a deleted image stay, and still reference it")
    raise CheckFailed("the tag list still has the tag of a deleted image", f"{STALE} {ENABLE}")


@check(
    "delete-tag", requirement=RECOMMENDED, needs=DELETION, spec="distribution-spec, end-9: DELETE by tag", remedy=ENABLE
)
def delete_tag(context: Context) -> None:
    """A tag can be deleted alone; the image stays.

    A wrong tag can then be removed without breaking deployments by digest.
    """
    image, tag, kept = context.make_variant(), context.make_tag("a"), context.make_tag("b")
    context.repository.store(image, tag)
    context.repository.store(image, kept)
    for method in READS:
        context.repository.request_manifest(tag, method=method)
    response = context.repository.request("DELETE", f"manifests/{tag}")
    if response.status in (400, 405):
        raise NotSupported(f"DELETE of a tag returned {response.status}")
    expect_status(response, 202)
    for method in READS:
        if context.repository.request_manifest(tag, method=method).status != 404:
            raise CheckFailed(f"a deleted tag is still there for {method}", STALE)
    for reference in (image.digest, kept):
        kept_response = context.repository.request_manifest(reference)
        if kept_response.status == 404:
            kind = "digest" if ":" in reference else "its other tag"
            raise CheckFailed(f"after the deletion of a tag, the image is also gone by {kind}")
        expect_same_bytes(expect_status(kept_response, 200), image)


@check("delete-blob", needs=DELETION, spec="distribution-spec, end-10", remedy=ENABLE)
def delete_blob(context: Context) -> None:
    """A blob can be deleted.

    What was pushed by mistake, such as a password in a layer, must be removable.
    """
    blob = context.make_blob()
    context.repository.push_blob(blob)
    for method in READS:
        context.repository.request_blob(blob.digest, method=method)
    _delete_blob(context, blob)
    for method in READS:
        if context.repository.request_blob(blob.digest, method=method).status != 404:
            raise CheckFailed(f"a deleted blob is still there for {method}", STALE)


@check(
    "delete-push-again",
    needs=DELETION,
    spec="pitfall: caches that remember what was deleted",
    remedy=f"{STALE} If neither has a cache, restart the Pod: that of registry 2 remembers deleted blobs.",
)
def delete_push_again(context: Context) -> None:
    """A deleted image can be pushed again, and pulled.

    Builds that are reproducible push the same bytes again, also after a cleanup deleted them.
    """
    image, tag = context.make_image(), context.make_tag("a")
    context.repository.push(image, tag)
    layer = image.blobs[-1]
    # Not all registries delete tags and blobs, and one that keeps them must accept them again too.
    context.repository.request("DELETE", f"manifests/{tag}")
    _delete_image(context, image)
    context.repository.request("DELETE", f"blobs/{layer.digest}")
    context.repository.push_blob(layer)
    expect_status(context.repository.put_manifest(image, tag), 201)
    what = {f"manifests/{tag}": "an image by its tag", f"manifests/{image.digest}": "an image by its digest"}
    for path, name in {**what, f"blobs/{layer.digest}": "a layer"}.items():
        for method in READS:
            response = context.repository.request(method, path, headers={"Accept": ACCEPT_ALL})
            if response.status == 404:
                raise CheckFailed(f"{method} of {name} returned 404 after it was deleted and pushed again")
            expect_status(response, 200)


@check("delete-missing", needs=DELETION, spec="distribution-spec, end-9 and end-10: 404", remedy=ENABLE)
def delete_missing(context: Context) -> None:
    """The deletion of a missing manifest or blob gets a 404.

    Otherwise, cleanup tools count what they never removed.
    """
    context.pushed_image()
    digest = context.make_image("none").digest
    expect_status(context.repository.request("DELETE", f"manifests/{digest}"), 404)
    response = context.repository.request("DELETE", f"blobs/{digest}")
    if response.status >= 500:
        raise NotSupported(f"DELETE of a missing blob returned {response.status}")
    expect_status(response, 404, 405)


@check(
    "delete-refused",
    spec="distribution-spec, end-9: 400 or 405 if deletion is off; CVE-2026-41888",
    remedy=Remedy(
        "Registry 3.0.0 deletes tags although deletion is off: set `image.tag` to 3.1.1 or newer.",
        sets={"image.tag": at_least("3.1.1")},
    ),
)
def delete_refused(context: Context) -> None:
    """Nothing can be deleted if deletion is off.

    It is off so that no client can delete what the cluster runs: by digest, by tag, or as a blob.
    """
    response = context.deletion_response()
    if response.status == 202:
        raise Skipped("deletion is on")
    if response.status not in (400, 403, 405):
        raise status_failure(response, 202, 405)
    if parse_errors(response) == []:
        raise CheckFailed(f"deletion is refused ({response.status}) without a reason in the body")
    image, tag = context.pushed_image()
    for path in (f"manifests/{tag}", f"blobs/{context.pushed_blob().digest}"):
        refused = context.repository.request("DELETE", path)
        if refused.status not in (400, 403, 404, 405):
            raise status_failure(refused, 405)
    expect_same_bytes(expect_status(context.repository.request_manifest(tag), 200), image)


@check(
    "delete-seen-by-all", needs=DELETION, spec="pitfall: replicas that each have a cache in memory", remedy=SHARED_CACHE
)
def delete_seen_by_all(context: Context) -> None:
    """A deleted blob is gone for every client, whichever replica responds.

    If a replica caches a deleted blob, a push skips that layer, and the image is broken.
    """
    blob = context.make_blob()
    context.repository.push_blob(blob)
    for status in _statuses_on_new_connections(context, blob.digest):
        if status != 200:
            raise CheckFailed(f"HEAD of a pushed blob returned {status} on a new connection", STORAGE_NOT_SHARED)
    _delete_blob(context, blob)
    stale = [status for status in _statuses_on_new_connections(context, blob.digest) if status != 404]
    if stale:
        raise CheckFailed(f"{len(stale)} of {CONNECTIONS} clients still see a deleted blob")


def _push_and_delete(context: Context) -> tuple[LocalManifest, str]:
    """Push an image with a tag, read it, delete it by its digest, and return both."""
    image, tag = context.make_variant(), context.make_tag("a")
    context.repository.store(image, tag)
    for reference in (tag, image.digest):
        for method in READS:
            context.repository.request_manifest(reference, method=method)
    _delete_image(context, image)
    return image, tag


def _delete_image(context: Context, image: LocalManifest) -> None:
    """Delete an image that has a tag by its digest. Raises NotSupported if the registry does not delete such images."""
    response = context.repository.request("DELETE", f"manifests/{image.digest}")
    if response.status in (400, 405, 409):
        raise NotSupported(f"DELETE of an image that has a tag returned {response.status}: delete its tags first")
    expect_status(response, 202)


def _delete_blob(context: Context, blob: LocalBlob) -> None:
    response = context.repository.request("DELETE", f"blobs/{blob.digest}")
    if response.status in (404, 405):
        raise NotSupported(f"DELETE of a blob returned {response.status}")
    expect_status(response, 202)


def _statuses_on_new_connections(context: Context, digest: str) -> list[int]:
    statuses = []
    for _ in range(CONNECTIONS):
        with context.client.with_new_connections() as fresh:
            statuses.append(context.repository.with_client(fresh).request_blob(digest, method="HEAD").status)
    return statuses


CHECKS = (
    delete_manifest,
    delete_manifest_ghost,
    delete_tag,
    delete_blob,
    delete_push_again,
    delete_missing,
    delete_refused,
    delete_seen_by_all,
)
