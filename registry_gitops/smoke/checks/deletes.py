"""Deletion where it is on, and its refusal where it is off."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, Skipped, check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import errors, expect, unexpected
from registry_gitops.smoke.remedies import STORAGE_NOT_SHARED
from registry_gitops.smoke.repository import listed, same

SHARED_CACHE = (
    "Each replica remembers blobs for itself: let `configuration.storage.cache.blobdescriptor` be redis (with "
    '`configuration.redis.addrs`) or "", or `replicaCount` 1.'
)
CONNECTIONS = 8
ENABLE = "Set `deletion.enabled`, and `image.tag` to 3.1.1 or newer."


@check(
    "delete-manifest",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-9: DELETE by digest",
    remedy=ENABLE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_manifest(context: Context) -> None:
    """An image can be deleted by its digest, and is gone, with its tags.

    Else cleaning up frees nothing, and tags lead nowhere.
    """
    image, tag = context.image(), context.tag("a")
    context.repository.push(image, tag)
    expect(context.repository.ask("DELETE", f"manifests/{image.digest}"), 202)
    if context.repository.manifest(image.digest).status != 404:
        raise CheckFailed("an image that was deleted can still be pulled by its digest", SHARED_CACHE)
    if context.repository.manifest(tag).status != 404:
        raise NotSupported("the tags of an image that was deleted stay, and lead to it: they must be deleted, too")


@check(
    "delete-manifest-ghost",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-9: tags of a deleted manifest are gone",
    remedy=ENABLE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_manifest_ghost(context: Context) -> None:
    """The tag of an image that was deleted is no longer listed.

    Flux and Renovate choose from the list: a ghost in it is chosen, and cannot be pulled.
    """
    image, tag = context.image(), context.tag("a")
    context.repository.push(image, tag)
    expect(context.repository.ask("DELETE", f"manifests/{image.digest}"), 202)
    answer = context.repository.tags()
    if expect(answer, 200, 404).status == 404 or tag not in listed(answer, "tags"):
        return
    if context.repository.manifest(tag).status == 200:
        raise NotSupported("the tags of an image that was deleted stay, and lead to it")
    raise CheckFailed("the list of tags has the tag of an image that was deleted")


@check(
    "delete-tag",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-9: DELETE by tag",
    remedy=ENABLE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_tag(context: Context) -> None:
    """A tag can be deleted alone; the image stays.

    So a wrong tag is taken back, without breaking deployments by digest.
    """
    image, tag, kept = context.image(), context.tag("a"), context.tag("b")
    context.repository.push(image, tag, kept)
    answer = context.repository.ask("DELETE", f"manifests/{tag}")
    if answer.status in (400, 405):
        raise NotSupported(f"a tag cannot be deleted alone: {answer.status}")
    expect(answer, 202)
    if context.repository.manifest(tag).status != 404:
        raise CheckFailed("a tag that was deleted can still be pulled", SHARED_CACHE)
    for reference in (image.digest, kept):
        found = context.repository.manifest(reference)
        if found.status == 404:
            raise CheckFailed(f"the deletion of a tag took away more: the image is gone by {_kind(reference)}")
        same(expect(found, 200), image)


@check(
    "delete-blob",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-10",
    remedy=ENABLE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_blob(context: Context) -> None:
    """A blob can be deleted, and is gone.

    What was pushed by mistake, a password in a layer, must be possible to take back.
    """
    blob = context.blob()
    context.repository.push_blob(blob)
    answer = context.repository.ask("DELETE", f"blobs/{blob.digest}")
    if answer.status in (404, 405):
        raise NotSupported(f"blobs cannot be deleted: {answer.status}")
    expect(answer, 202)
    for method in ("HEAD", "GET"):
        if context.repository.blob(blob.digest, method=method).status != 404:
            raise CheckFailed(f"a blob that was deleted is still there for {method}", SHARED_CACHE)


@check(
    "delete-missing",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-9 and end-10: 404",
    remedy=ENABLE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_missing(context: Context) -> None:
    """To delete what is not there is answered with 404.

    Else tools that clean up count what they never removed.
    """
    context.pushed_image()
    digest = context.image("none").digest
    expect(context.repository.ask("DELETE", f"manifests/{digest}"), 404)
    answer = context.repository.ask("DELETE", f"blobs/{digest}")
    if answer.status >= 500:
        raise NotSupported(f"to delete a blob that is not there is answered with {answer.status}")
    expect(answer, 404, 405)


@check(
    "delete-refused",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-9: 400 or 405 where deletion is off; CVE-2026-41888",
    remedy="Registry 3.0.0 deletes tags although deletion is off: set `image.tag` to 3.1.1 or newer.",
    needs={Need.PUSH},
)
def delete_refused(context: Context) -> None:
    """Where deletion is off, nothing can be deleted.

    It is off so that nobody takes away what the cluster runs: neither by digest, nor by tag, nor as a blob.
    """
    answer = context.deletion()
    if answer.status == 202:
        raise Skipped("deletion is on")
    if answer.status not in (400, 403, 405):
        raise unexpected(answer, 202, 405)
    found = errors(answer)
    if found is not None and not found:
        raise CheckFailed(f"deletion is refused ({answer.status}) without a reason in the body")
    image, tag = context.pushed_image()
    for place in (f"manifests/{tag}", f"blobs/{context.pushed_blob().digest}"):
        refused = context.repository.ask("DELETE", place)
        if refused.status not in (400, 403, 404, 405):
            raise unexpected(refused, 405)
    same(expect(context.repository.manifest(tag), 200), image)


@check(
    "delete-seen-by-all",
    Level.SMOKE,
    MUST,
    spec="pitfall: replicas with a cache in memory each",
    remedy=SHARED_CACHE,
    needs={Need.PUSH, Need.DELETE},
)
def delete_seen_by_all(context: Context) -> None:
    """What was deleted is gone for every client, whichever replica answers.

    A replica that remembers a blob says that it is there; a push leaves it out, and the image is broken.
    """
    blob = context.blob()
    context.repository.push_blob(blob)
    for status in _on_new_connections(context, blob.digest):
        if status != 200:
            raise CheckFailed(
                f"a blob that was pushed is answered with {status} on a new connection", STORAGE_NOT_SHARED
            )
    answer = context.repository.ask("DELETE", f"blobs/{blob.digest}")
    if answer.status in (404, 405):
        raise NotSupported(f"blobs cannot be deleted: {answer.status}")
    expect(answer, 202)
    seen = [status for status in _on_new_connections(context, blob.digest) if status != 404]
    if seen:
        raise CheckFailed(f"of {CONNECTIONS} clients, {len(seen)} still see a blob that was deleted")


def _on_new_connections(context: Context, digest: str) -> list[int]:
    statuses = []
    for _ in range(CONNECTIONS):
        with context.client.again() as fresh:
            statuses.append(context.repository.by(fresh).blob(digest, method="HEAD").status)
    return statuses


def _kind(reference: str) -> str:
    return "digest" if ":" in reference else "tag"
