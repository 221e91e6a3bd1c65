"""Broken deletion."""

from __future__ import annotations

from dataclasses import replace

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    BLOB,
    TAGS,
    Core,
    Sent,
    answered,
    content,
    instead,
    matches,
    mutant,
    refused,
    status,
)

BY_DIGEST = r".*/manifests/sha256:.*"
BY_TAG = r".*/manifests/[^:]+"


def _done(right: Core, request: Request) -> Response:
    """Said to be done, and not done."""
    return Response(202)


def _ghosts(right: Core) -> Core:
    """Tags are listed for ever."""
    tags: dict[str, set[str]] = {}

    def core(request: Request) -> Response:
        name, _, tag = request.path.rpartition("/manifests/")
        if request.method == "PUT" and tag and ":" not in tag:
            tags.setdefault(name, set()).add(tag)
        response = right(request)
        if matches(request, "GET", ".*/tags/list") and response.status == 200:
            name = request.path.removesuffix("/tags/list")
            return content(lambda found: {**found, "tags": sorted({*found["tags"], *tags.get(name, ())})})(response)
        return response

    return core


def _digest_for_tag(right: Core, request: Request) -> Response:
    """With its tag, the manifest goes, and so do its other tags."""
    found = right(replace(request, method="HEAD", body=Sent(b"")))
    digest = dict(found.headers).get("Docker-Content-Digest")
    path = f"{request.path.rpartition('/')[0]}/{digest}"
    return right(replace(request, path=path)) if digest else found


def _only_in_the_list(right: Core) -> Core:
    """A manifest is said to be deleted, and its tags are no longer listed."""
    tags: dict[str, str] = {}
    gone: set[str] = set()

    def core(request: Request) -> Response:
        last = request.path.rpartition("/")[2]
        if matches(request, "DELETE", BY_DIGEST) and last in tags.values():
            gone.update(tag for tag, digest in tags.items() if digest == last)
            return Response(202)
        response = right(request)
        if matches(request, "PUT", BY_TAG):
            tags[last] = dict(response.headers).get("Docker-Content-Digest", "")
        if matches(request, "GET", TAGS) and response.status == 200:
            return content(lambda found: {**found, "tags": sorted({*found["tags"]} - gone)})(response)
        return response

    return core


DELETION = (
    mutant("a deleted manifest is hidden", _only_in_the_list, "delete-manifest"),
    mutant("deleted tags are listed", _ghosts, "delete-manifest-ghost"),
    mutant("a deleted tag is still there", instead("DELETE", BY_TAG, _done), "delete-tag"),
    mutant("a tag takes its manifest with it", instead("DELETE", BY_TAG, _digest_for_tag), "delete-tag"),
    mutant("deletion of a tag is an error", refused("DELETE", BY_TAG, 500, "UNKNOWN"), "delete-tag"),
    mutant(
        "a deleted blob is still there",
        instead("DELETE", BLOB, _done),
        *("delete-blob", "delete-missing", "delete-seen-by-all"),
    ),
    mutant(
        "deletion of a blob is an error",
        refused("DELETE", BLOB, 500, "UNKNOWN"),
        "delete-blob",
        "delete-seen-by-all",
    ),
    mutant("what is not there can be deleted", answered("DELETE", ".*", status(202), status=404), "delete-missing"),
    mutant("deletion is off, but not for tags", refused("DELETE", rf"{BY_DIGEST}|{BLOB}", 405), "delete-refused"),
)
