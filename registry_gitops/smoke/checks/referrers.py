"""Referrers: what belongs to an image, such as signatures and SBOMs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, Need, NotSupported, check
from registry_gitops.smoke.client import Answer
from registry_gitops.smoke.content import ARTIFACT, INDEX, Manifest, index
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect
from registry_gitops.smoke.repository import same

ABSENT = "The registry of the chart has no referrers API; clients use the tag that stands in for it (referrers-tag)."
OTHER_KIND = "application/vnd.registry-gitops.smoke.other.v1"


@check(
    "referrers",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-12a, and OCI-Subject",
    remedy=ABSENT,
    needs={Need.PUSH},
)
def referrers(context: Context) -> None:
    """What refers to an image is listed, with its type and annotations.

    So find cosign, notation and oras the signatures of an image.
    """
    image = context.image()
    context.repository.push(image)
    artifact = context.content.artifact(context.check, image)
    pushed = context.repository.push(artifact)
    answer = _ask(context, image)
    if pushed.headers.get("OCI-Subject") != image.digest:
        raise CheckFailed("the push of an artifact is answered without OCI-Subject, so that clients keep a tag as well")
    found = {entry["digest"]: entry for entry in _entries(answer)}
    if artifact.digest not in found:
        raise CheckFailed("the list lacks an artifact that was just pushed")
    entry = found[artifact.digest]
    if entry.get("artifactType") != ARTIFACT or entry.get("size") != len(artifact.content):
        raise CheckFailed(f"the list gives the artifact the type {entry.get('artifactType')}, size {entry.get('size')}")
    if (entry.get("annotations") or {}).get("org.example.made-by") != context.check:
        raise CheckFailed("the list lacks the annotations of an artifact")


@check(
    "referrers-none",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, end-12a: an empty list, never 404",
    remedy=ABSENT,
    needs={Need.PUSH},
)
def referrers_none(context: Context) -> None:
    """An image to which nothing refers has an empty list.

    404 would mean that the registry has no such API at all.
    """
    answer = _ask(context, context.pushed_image()[0])
    if _entries(answer):
        raise CheckFailed("the list of an image to which nothing refers is not empty")
    expect(context.repository.ask("GET", f"referrers/{context.image('nowhere').digest}"), 200)


@check(
    "referrers-filter",
    Level.SMOKE,
    SHOULD,
    spec="distribution-spec, end-12b: artifactType",
    remedy=ABSENT,
    needs={Need.PUSH},
)
def referrers_filter(context: Context) -> None:
    """The list can be limited to one type.

    An image with many SBOMs does not slow down who looks for a signature.
    """
    image = context.image()
    context.repository.push(image)
    wanted = context.content.artifact(f"{context.check} wanted", image)
    other = context.content.artifact(f"{context.check} other", image, OTHER_KIND)
    context.repository.push(wanted)
    context.repository.push(other)
    answer = _ask(context, image, f"?artifactType={quote(ARTIFACT, safe='')}")
    applied = "artifactType" in answer.headers.get("OCI-Filters-Applied", "")
    found = [entry["digest"] for entry in _entries(answer)]
    if not applied:
        if sorted(found) == sorted([wanted.digest, other.digest]):
            raise NotSupported("the list cannot be limited to a type: clients do it themselves")
        raise CheckFailed("the list is limited to a type, but does not say so by OCI-Filters-Applied")
    if found != [wanted.digest]:
        raise CheckFailed(f"the list of one type has {len(found)} entries, not the one that was pushed")


@check(
    "referrers-tag",
    Level.SMOKE,
    MUST,
    spec="distribution-spec, Referrers Tag Schema",
    remedy="Let `configuration.policy.repository.classes` be empty, and "
    "`configuration.validation.manifests.indexes.platforms` not demand platforms of artifacts.",
    needs={Need.PUSH},
)
def referrers_tag(context: Context) -> None:
    """The tag that stands in for the referrers API can be pushed and pulled.

    Clients keep signatures there where a registry lacks the API.
    """
    image = context.image()
    context.repository.push(image)
    artifact = context.content.artifact(context.check, image)
    context.repository.push(artifact)
    entry = artifact.descriptor(artifactType=ARTIFACT)
    listing = index([entry], {"org.example.made-by": context.run_id})
    tag = image.digest.replace(":", "-")
    expect(context.repository.put_manifest(listing, tag), 201)
    same(expect(context.repository.manifest(tag, accept=INDEX), 200), listing)
    api = context.repository.ask("GET", f"referrers/{image.digest}")
    if api.status == 200 and artifact.digest not in [each["digest"] for each in _entries(api)]:
        raise CheckFailed("the referrers API does not list an artifact that the tag lists")


def _ask(context: Context, image: Manifest, query: str = "") -> Answer:
    answer = context.repository.ask("GET", f"referrers/{image.digest}{query}")
    if answer.status in (404, 405):
        raise NotSupported(f"there is no referrers API ({answer.status}): clients use a tag in its place")
    return expect(answer, 200)


def _entries(answer: Answer) -> list[dict[str, Any]]:
    try:
        body: Any = json.loads(answer.body)
    except ValueError:
        body = None
    entries = body.get("manifests") if isinstance(body, dict) else None
    if not isinstance(body, dict) or body.get("mediaType") != INDEX:
        raise CheckFailed("the list of referrers is no OCI index")
    # Go writes null for an empty list.
    entries = entries or []
    if not all(isinstance(entry, dict) and "digest" in entry for entry in entries):
        raise CheckFailed("the list of referrers has entries that are no descriptors")
    return entries
