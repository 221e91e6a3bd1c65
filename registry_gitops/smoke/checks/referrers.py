"""Checks of referrers: artifacts that refer to an image, such as signatures and SBOMs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED, expect_status, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.images import ARTIFACT, IMAGE, INDEX, LocalManifest, make_index, make_manifest, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.remedies import OTHER_REGISTRY
from registry_gitops.smoke.remedy import Remedy, is_unset
from registry_gitops.smoke.repository import READS, expect_same_manifest, parse_next_link, parse_object

ENDPOINT: Final = (
    "Let the registry answer below /v2/NAME/referrers/ itself: the registry of the chart has no referrers API, and its "
    "404 makes clients use the referrers tag. Stop the proxy in front from caching, refusing, or redirecting these "
    "paths: see `ingress.annotations` (custom-http-errors, allowed paths) and `ingress.path`."
)
_PROXY: Final = "Stop the proxy in front from caching manifests or refusing tags: see `ingress.annotations`."
TAG: Final = Remedy(
    f"{_PROXY} Set `configuration.validation.manifests.indexes.platforms` to none, so that artifacts need no platform, "
    "and unset `configuration.policy.repository.classes`. Let several Pods share one storage, or set `replicaCount` to "
    "1.",
    sets={
        "configuration.validation.manifests.indexes.platforms": "none",
        "configuration.policy.repository.classes": is_unset,
        "replicaCount": 1,
    },
    otherwise=_PROXY,
)
BUNDLE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""The type of signatures of cosign 3. A proxy that decodes a query makes a space of its plus sign."""
OTHER_KIND: Final = "application/vnd.registry-gitops.smoke.other.v1"
_MAX_PAGES: Final = 20
_COMPARED: Final = ("mediaType", "digest", "size", "artifactType", "annotations")


@check("referrers-endpoint", level=Level.READ, spec="distribution-spec, end-12a: 200 or 404", remedy=ENDPOINT)
def referrers_endpoint(context: Context) -> None:
    """A request for referrers gets an image index, or 404 if the registry has no referrers API.

    With 404, cosign, oras, notation, and Flux use the referrers tag. Any other response breaks them, such as a login
    page, 403, or 405.
    """
    missing = sha256_digest(context.run_id.encode())
    response = context.repository.request("GET", f"referrers/{missing}")
    if response.status in ACCESS_REFUSED:
        raise Skipped(f"the user is not allowed to read {context.repository.name}")
    _expect_referrers(_parse_list(context, response), [])


@check("referrers", spec="distribution-spec, end-12a, and OCI-Subject", remedy=ENDPOINT)
def referrers(context: Context) -> None:
    """The referrers API lists artifacts and indexes as soon as they are pushed, with type and annotations.

    cosign, notation, and oras find the signatures of an image this way.
    """
    _expect_supported(context)
    image = context.make_variant()
    context.repository.store(image)
    before = _list_referrers(context, image)
    # Where nothing can be deleted, an earlier run has left the same artifacts.
    if not context.is_repeatable:
        _expect_referrers(before, [])
    signature = _make_artifact(context, "signature", image, BUNDLE)
    pushed = context.repository.store(signature)
    if pushed.headers.get("OCI-Subject") != image.digest:
        raise CheckFailed("the push of an artifact returned no OCI-Subject, so clients also push the referrers tag")
    if not context.is_repeatable:
        _expect_referrers(_list_referrers(context, image), [signature])
    index = _make_index_artifact(context, image)
    context.repository.store(index)
    # A tag more is no artifact more.
    context.repository.store(signature, context.make_tag("a"))
    _expect_referrers(_list_referrers(context, image), [signature, index])


@check("referrers-early", spec="distribution-spec, Pushing Manifests with Subject", remedy=ENDPOINT)
def referrers_early(context: Context) -> None:
    """An artifact can be pushed before the image to which it refers, and is listed under it.

    Tools that copy images push the artifacts first, so that no image is ever without its signature.
    """
    _expect_supported(context)
    image = context.make_variant("image", artifactType=OTHER_KIND)
    config = {"config": {**image.blobs[0].descriptor(), "mediaType": OTHER_KIND}}
    early = context.make_variant("artifact", subject=image.descriptor(), **config)
    try:
        context.repository.store(early)
    except CheckFailed as failed:
        message = f"an artifact cannot be pushed before the image to which it refers: {failed}"
        raise CheckFailed(message, OTHER_REGISTRY) from failed
    _expect_referrers(_list_referrers(context, image), [early])
    context.repository.store(image)
    _expect_referrers(_list_referrers(context, image), [early])


@check("referrers-none", spec="distribution-spec, end-12a: an empty list, never 404", remedy=ENDPOINT)
def referrers_none(context: Context) -> None:
    """An image without referrers has an empty list.

    404 would mean that the registry has no referrers API.
    """
    _expect_referrers(_parse_list(context, _probe(context)), [])


@check("referrers-filter", requirement=RECOMMENDED, spec="distribution-spec, end-12b: artifactType", remedy=ENDPOINT)
def referrers_filter(context: Context) -> None:
    """The referrers can be filtered by type.

    A client that looks for a signature then need not read all SBOMs of an image.
    """
    _expect_supported(context)
    image = context.make_variant()
    context.repository.store(image)
    wanted = _make_artifact(context, "wanted", image, BUNDLE)
    other = _make_artifact(context, "other", image, OTHER_KIND)
    for artifact in (wanted, other):
        context.repository.store(artifact)
    response = _request_referrers(context, image, f"?artifactType={quote(BUNDLE, safe='')}")
    entries = _parse_referrers(context, response)
    digests = [entry["digest"] for entry in entries]
    if "artifactType" in response.headers.get("OCI-Filters-Applied", ""):
        _expect_referrers(entries, [wanted])
    elif sorted(digests) == sorted([wanted.digest, other.digest]):
        raise NotSupported("the list cannot be filtered by type: clients filter it themselves")
    else:
        raise CheckFailed("the list is filtered by type, but the response has no OCI-Filters-Applied")


@check(
    "referrers-deleted",
    requirement=RECOMMENDED,
    needs=(Precondition.PUSH, Precondition.DELETE),
    spec="distribution-spec, end-12a and end-9",
    remedy=ENDPOINT,
)
def referrers_deleted(context: Context) -> None:
    """The referrers API no longer lists a deleted artifact.

    A signature that was withdrawn would otherwise still be looked for.
    """
    _expect_supported(context)
    image = context.make_variant()
    context.repository.store(image)
    kept, deleted = (_make_artifact(context, label, image, BUNDLE) for label in ("kept", "deleted"))
    for artifact in (kept, deleted):
        context.repository.store(artifact)
    _expect_referrers(_list_referrers(context, image), [kept, deleted])
    expect_status(context.repository.request("DELETE", f"manifests/{deleted.digest}"), 202)
    _expect_referrers(_list_referrers(context, image), [kept])


@check("referrers-tag", spec="distribution-spec, Referrers Tag Schema", remedy=TAG)
def referrers_tag(context: Context) -> None:
    """The referrers tag can be looked for, pushed, read, and replaced.

    Clients store signatures under this tag if a registry has no referrers API. Each reads the index there, adds an
    entry, and pushes the longer one; oras then deletes the old one by its digest.
    """
    repository, image = context.repository, context.make_variant()
    repository.store(image)
    tag = image.digest.replace(":", "-")
    if not context.is_repeatable:
        for method in READS:
            expect_status(repository.request_manifest(tag, method=method), 404)
    artifacts, listings = _push_listings(context, image, tag)
    if not context.is_repeatable and context.deletion_response().status == 202:
        # Whether it is accepted is the registry's choice: the tag must still have the new index.
        context.repository.request("DELETE", f"manifests/{listings[0].digest}")
    expect_same_manifest(repository.request_manifest(tag, accept=INDEX), listings[1])
    if _is_index(_probe(context)):
        listed = {entry["digest"] for entry in _list_referrers(context, image)}
        if not listed >= {artifact.digest for artifact in artifacts}:
            raise CheckFailed("the referrers API does not list an artifact that the tag lists")


def _push_listings(context: Context, image: LocalManifest, tag: str) -> tuple[list[LocalManifest], list[LocalManifest]]:
    """Push two artifacts, and after each the index of those until then, as clients do."""
    artifacts: list[LocalManifest] = []
    listings: list[LocalManifest] = []
    for label in ("first", "second"):
        artifacts.append(_make_artifact(context, label, image, ARTIFACT))
        context.repository.store(artifacts[-1])
        entries = [artifact.descriptor(artifactType=ARTIFACT) for artifact in artifacts]
        listings.append(make_index(entries, {"org.example.made-by": context.seed}))
        context.repository.store(listings[-1], tag)
        for method in READS:
            response = context.repository.request_manifest(tag, method=method, accept=INDEX)
            expect_same_manifest(response, listings[-1])
    return artifacts, listings


def _make_artifact(context: Context, label: str, image: LocalManifest, artifact_type: str) -> LocalManifest:
    return context.make_variant(label, artifactType=artifact_type, subject=image.descriptor())


def _make_index_artifact(context: Context, image: LocalManifest) -> LocalManifest:
    body = {
        "artifactType": OTHER_KIND,
        "manifests": [context.pushed_image()[0].descriptor()],
        "subject": image.descriptor(),
        "annotations": {"org.example.made-by": f"{context.seed} {context.check_id} index"},
    }
    return make_manifest(body, INDEX)


def _probe(context: Context) -> RegistryResponse:
    """Request the referrers of the shared image, once."""
    image, _ = context.pushed_image()
    return context.run.once("referrers", lambda: context.repository.request("GET", f"referrers/{image.digest}"))


def _expect_supported(context: Context) -> None:
    """Return if there is a referrers API. Raises NotSupported or Skipped."""
    response = _probe(context)
    if response.status == 404:
        raise _unsupported()
    if not _is_index(response):
        raise Skipped("the referrers API cannot be used: see referrers-none")


def _parse_list(context: Context, response: RegistryResponse) -> list[dict[str, Any]]:
    """Return the entries of a list. Raises NotSupported for 404, and CheckFailed for what breaks clients."""
    if response.status == 404:
        raise _unsupported()
    if response.status != 200:
        raise CheckFailed(
            f"{status_failure(response, 200, 404)}: clients use the referrers tag only after 404", ENDPOINT
        )
    if not _is_index(response):
        media_type = response.headers.get("Content-Type")
        raise CheckFailed(f'GET of the referrers returned the media type "{media_type}", expected {INDEX}')
    return _parse_referrers(context, response)


def _is_index(response: RegistryResponse) -> bool:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return response.status == 200 and media_type == INDEX


def _unsupported() -> NotSupported:
    return NotSupported("GET of the referrers returned 404: clients use the referrers tag instead")


def _request_referrers(context: Context, image: LocalManifest, query: str = "") -> RegistryResponse:
    return expect_status(context.repository.request("GET", f"referrers/{image.digest}{query}"), 200)


def _list_referrers(context: Context, image: LocalManifest) -> list[dict[str, Any]]:
    return _parse_referrers(context, _request_referrers(context, image))


def _parse_referrers(context: Context, response: RegistryResponse) -> list[dict[str, Any]]:
    """Return the entries of a list and of the pages after it."""
    entries: list[dict[str, Any]] = []
    for _ in range(_MAX_PAGES):
        entries += _parse_entries(response)
        following = parse_next_link(response)
        if not following:
            return entries
        response = expect_status(context.client.request("GET", context.client.url_for(following)), 200)
    raise CheckFailed(f"the list of referrers has more than {_MAX_PAGES} pages")


def _parse_entries(response: RegistryResponse) -> list[dict[str, Any]]:
    body = parse_object(response)
    if body.get("mediaType") != INDEX:
        raise CheckFailed("the list of referrers is not an OCI index")
    # Go writes null for an empty list.
    entries = body.get("manifests") or []
    if not all(isinstance(entry, dict) and "digest" in entry for entry in entries):
        raise CheckFailed("the list of referrers has entries that are not descriptors")
    return entries


def _expect_referrers(entries: Sequence[Mapping[str, Any]], artifacts: Sequence[LocalManifest]) -> None:
    """Return if the list has a descriptor of each artifact, and nothing else. Raises CheckFailed."""
    if len(entries) != len(artifacts):
        raise CheckFailed(f"the list of referrers has {len(entries)} entries, expected {len(artifacts)}")
    listed = {entry["digest"]: entry for entry in entries}
    for artifact in artifacts:
        entry = listed.get(artifact.digest)
        if entry is None:
            raise CheckFailed(f"the list of referrers lacks {artifact.digest}, which was pushed before")
        expected = _describe(artifact)
        for key in _COMPARED:
            if entry.get(key) != expected[key]:
                raise CheckFailed(
                    f"the list of referrers has an entry with {key} {entry.get(key)}, not {expected[key]}"
                )


def _describe(artifact: LocalManifest) -> dict[str, Any]:
    """Return the descriptor of an artifact in a list of referrers."""
    body = json.loads(artifact.content)
    artifact_type = body.get("artifactType") or (body["config"]["mediaType"] if artifact.media_type == IMAGE else None)
    return {**artifact.descriptor(), "artifactType": artifact_type, "annotations": body.get("annotations")}


CHECKS = (
    referrers_endpoint,
    referrers,
    referrers_early,
    referrers_none,
    referrers_filter,
    referrers_deleted,
    referrers_tag,
)
