"""Checks of referrers: artifacts that refer to an image, such as signatures and SBOMs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import ARTIFACT, INDEX, LocalManifest, make_index
from registry_gitops.smoke.remedy import Remedy, is_unset
from registry_gitops.smoke.repository import expect_same_bytes, parse_object

ABSENT = "The registry of the chart has no referrers API; clients use the referrers tag instead (referrers-tag)."
OTHER_KIND = "application/vnd.registry-gitops.smoke.other.v1"


@check("referrers", spec="distribution-spec, end-12a, and OCI-Subject", remedy=ABSENT)
def referrers(context: Context) -> None:
    """The referrers API lists an artifact with its type and annotations.

    cosign, notation, and oras find the signatures of an image this way.
    """
    image = context.make_image()
    context.repository.push(image)
    artifact = context.images.make_artifact(context.check_id, image)
    pushed = context.repository.push(artifact)
    response = _request_referrers(context, image)
    if pushed.headers.get("OCI-Subject") != image.digest:
        raise CheckFailed("the push of an artifact returned no OCI-Subject, so clients also push the referrers tag")
    entries = {entry["digest"]: entry for entry in _parse_entries(response)}
    if artifact.digest not in entries:
        raise CheckFailed("the list lacks an artifact that was just pushed")
    entry = entries[artifact.digest]
    if entry.get("artifactType") != ARTIFACT or entry.get("size") != len(artifact.content):
        raise CheckFailed(
            f"the list has the artifact with type {entry.get('artifactType')} and size {entry.get('size')}"
        )
    if (entry.get("annotations") or {}).get("org.example.made-by") != context.check_id:
        raise CheckFailed("the list lacks the annotations of an artifact")


@check("referrers-none", spec="distribution-spec, end-12a: an empty list, never 404", remedy=ABSENT)
def referrers_none(context: Context) -> None:
    """An image without referrers has an empty list.

    404 would mean that the registry has no referrers API.
    """
    response = _request_referrers(context, context.pushed_image()[0])
    if _parse_entries(response):
        raise CheckFailed("the list of an image without referrers is not empty")
    expect_status(context.repository.request("GET", f"referrers/{context.make_image('missing').digest}"), 200)


@check("referrers-filter", requirement=RECOMMENDED, spec="distribution-spec, end-12b: artifactType", remedy=ABSENT)
def referrers_filter(context: Context) -> None:
    """The referrers can be filtered by type.

    A client that looks for a signature then need not read all SBOMs of an image.
    """
    image = context.make_image()
    context.repository.push(image)
    wanted = context.images.make_artifact(f"{context.check_id} wanted", image)
    other = context.images.make_artifact(f"{context.check_id} other", image, OTHER_KIND)
    context.repository.push(wanted)
    context.repository.push(other)
    response = _request_referrers(context, image, f"?artifactType={quote(ARTIFACT, safe='')}")
    applied = "artifactType" in response.headers.get("OCI-Filters-Applied", "")
    digests = [entry["digest"] for entry in _parse_entries(response)]
    if not applied:
        if sorted(digests) == sorted([wanted.digest, other.digest]):
            raise NotSupported("the list cannot be filtered by type: clients filter it themselves")
        raise CheckFailed("the list is filtered by type, but the response has no OCI-Filters-Applied")
    if digests != [wanted.digest]:
        raise CheckFailed(f"the list of one type has {len(digests)} entries, expected only the pushed artifact")


@check(
    "referrers-tag",
    spec="distribution-spec, Referrers Tag Schema",
    remedy=Remedy(
        "Unset `configuration.policy.repository.classes`, and set "
        "`configuration.validation.manifests.indexes.platforms` so that artifacts need no platform.",
        sets={
            "configuration.policy.repository.classes": is_unset,
            "configuration.validation.manifests.indexes.platforms": "none",
        },
    ),
)
def referrers_tag(context: Context) -> None:
    """The referrers tag can be pushed and pulled.

    Clients store signatures under this tag if a registry has no referrers API.
    """
    image = context.make_image()
    context.repository.push(image)
    artifact = context.images.make_artifact(context.check_id, image)
    context.repository.push(artifact)
    entry = artifact.descriptor(artifactType=ARTIFACT)
    listing = make_index([entry], {"org.example.made-by": context.seed})
    tag = image.digest.replace(":", "-")
    expect_status(context.repository.put_manifest(listing, tag), 201)
    expect_same_bytes(expect_status(context.repository.request_manifest(tag, accept=INDEX), 200), listing)
    api = context.repository.request("GET", f"referrers/{image.digest}")
    if api.status == 200 and artifact.digest not in [referrer["digest"] for referrer in _parse_entries(api)]:
        raise CheckFailed("the referrers API does not list an artifact that the tag lists")


def _request_referrers(context: Context, image: LocalManifest, query: str = "") -> RegistryResponse:
    response = context.repository.request("GET", f"referrers/{image.digest}{query}")
    if response.status in (404, 405):
        raise NotSupported(f"GET of the referrers returned {response.status}: clients use the referrers tag instead")
    return expect_status(response, 200)


def _parse_entries(response: RegistryResponse) -> list[dict[str, Any]]:
    body = parse_object(response)
    if body.get("mediaType") != INDEX:
        raise CheckFailed("the list of referrers is not an OCI index")
    # Go writes null for an empty list.
    entries = body.get("manifests") or []
    if not all(isinstance(entry, dict) and "digest" in entry for entry in entries):
        raise CheckFailed("the list of referrers has entries that are not descriptors")
    return entries


CHECKS = (
    referrers,
    referrers_none,
    referrers_filter,
    referrers_tag,
)
