"""Faults of referrers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import (
    MANIFEST,
    REFERRERS,
    Change,
    Core,
    Sent,
    answered,
    content,
    error,
    header,
    instead,
    matches,
    received,
    refused,
    without,
)

KIND: Final = "7 referrers"
LISTING: Final = ("referrers", "referrers-filter", "referrers-deleted")
OF_SUBJECT: Final = (*LISTING, "referrers-early")
ENDPOINT: Final = "Let the registry answer below /v2/NAME/referrers/ itself"

Entries = list[dict[str, Any]]


def _logs_in(right: Core, request: Request) -> Response:
    """The page to which a redirect leads."""
    return Response(200, [("Content-Type", "text/html; charset=utf-8")], [b"<!doctype html><title>Sign in</title>"])


def _with_subject(answer: Callable[[Core, Request, dict[str, Any]], Response]) -> Change:
    """Pushes of a manifest with a subject are answered like that."""

    def checked(right: Core, request: Request) -> Response:
        text = received(request)
        again = replace(request, body=Sent(text))
        subject = json.loads(text).get("subject") if b'"subject"' in text else None
        return answer(right, again, subject) if subject else right(again)

    return instead("PUT", MANIFEST, checked)


def _subject_first(right: Core, request: Request, subject: dict[str, Any]) -> Response:
    repository, _, _ = request.path.rpartition("/")
    found = right(Request("HEAD", f"{repository}/{subject['digest']}", "", request.headers, Sent(b"")))
    return right(request) if found.status == 200 else error(500, "UNKNOWN")


def _edited(edit: Callable[[Entries], Entries]) -> Change:
    def change(index: dict[str, Any]) -> dict[str, Any]:
        return {**index, "manifests": edit(index["manifests"])}

    return answered("GET", REFERRERS, content(change), status=200)


def _again_by_tag(right: Core) -> Core:
    """An artifact is listed once more for each of its tags."""
    tagged: set[str] = set()

    def repeated(index: dict[str, Any]) -> dict[str, Any]:
        more = [entry for entry in index["manifests"] if entry["digest"] in tagged]
        return {**index, "manifests": [*index["manifests"], *more]}

    def core(request: Request) -> Response:
        response = right(request)
        if matches(request, "PUT", r".*/manifests/[^:]+") and response.status == 201:
            tagged.add(dict(response.headers)["Docker-Content-Digest"])
        return content(repeated)(response) if matches(request, "GET", REFERRERS) else response

    return core


def _kept_lists(right: Core) -> Core:
    """A list is answered as it was the first time."""
    kept: dict[tuple[str, str], Response] = {}

    def core(request: Request) -> Response:
        if not matches(request, "GET", REFERRERS):
            return right(request)
        key = (request.path, request.query)
        if key not in kept:
            kept[key] = right(request)
        return kept[key]

    return core


def _digest_of_tag(right: Core, request: Request) -> Response:
    """sha256-HEX is taken for sha256:HEX if there is no such tag."""
    response = right(request)
    path = request.path.replace("/sha256-", "/sha256:")
    return right(replace(request, path=path)) if response.status == 404 else response


def _typed_by_config(entries: Entries) -> Entries:
    config = "application/vnd.oci.image.config.v1+json"
    return [{**entry, "artifactType": config} for entry in entries]


FAULTS: tuple[Fault, ...] = (
    fault(
        "the referrers API is a login page",
        "oras-project/oras-go#633",
        instead("GET", REFERRERS, _logs_in),
        *("referrers-endpoint", "referrers-none"),
        remedy=ENDPOINT,
        kind=KIND,
    ),
    fault(
        "the referrers API returns 406 where there is none",
        "google/go-containerregistry#1962",
        refused("GET", REFERRERS, 406),
        *("referrers-endpoint", "referrers-none"),
        remedy=ENDPOINT,
        kind=KIND,
    ),
    fault(
        "a list of referrers is JSON like any other",
        "goharbor/harbor#19690",
        answered("GET", REFERRERS, header("Content-Type", "application/json"), status=200),
        *("referrers-endpoint", "referrers-none"),
        remedy=ENDPOINT,
        kind=KIND,
        base="reference",
    ),
    fault(
        "manifests with a subject are not found",
        "docker/hub-feedback#2307",
        _with_subject(lambda right, request, subject: error(404, "NOT_FOUND")),
        *("manifest-artifact", "referrers-tag"),
        remedy="`configuration.policy.repository.classes`",
        kind=KIND,
    ),
    fault(
        "an artifact cannot be pushed before its image",
        "project-zot/zot#1424",
        _with_subject(_subject_first),
        "referrers-early",
        remedy="Run the registry of the chart",
        kind=KIND,
        base="reference",
    ),
    fault(
        "a tag of an artifact lists it twice",
        "project-zot/zot#2506",
        _again_by_tag,
        "referrers",
        remedy=ENDPOINT,
        kind=KIND,
        base="reference",
    ),
    fault(
        "the type of an artifact is always that of its config",
        "goharbor/harbor#19867",
        _edited(_typed_by_config),
        *OF_SUBJECT,
        remedy=ENDPOINT,
        kind=KIND,
        base="reference",
    ),
    fault(
        "referrers are filtered, and not said to be",
        "goharbor/harbor#18413",
        answered("GET", REFERRERS, without("OCI-Filters-Applied")),
        "referrers-filter",
        remedy=ENDPOINT,
        kind=KIND,
        base="reference",
    ),
    fault(
        "the referrers tag is taken for the digest of its image",
        "oras-project/oras-go#1396",
        instead("GET|HEAD", r".*/manifests/sha256-[0-9a-f]{64}", _digest_of_tag),
        "referrers-tag",
        remedy="`ingress.annotations`",
        kind=KIND,
    ),
    fault(
        "a list of referrers lags behind",
        "chainguard-dev/terraform-provider-cosign#581",
        _kept_lists,
        *("referrers", "referrers-deleted"),
        remedy=ENDPOINT,
        kind=KIND,
        base="reference",
    ),
)
