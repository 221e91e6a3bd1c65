"""What a registry may lack: no check fails for it, and the check that looks for it says so."""

from __future__ import annotations

from dataclasses import replace

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.blobs import without_ranges
from tests.smoke.mutants.breaking import (
    ANY,
    BLOB,
    CATALOG,
    REFERRERS,
    SESSION,
    TAGS,
    UPLOADS,
    Change,
    Core,
    answered,
    body,
    instead,
    mutant,
    query_of,
    refused,
    without,
)
from tests.smoke.mutants.lists import ignored

_silent = body(lambda _: b"")


def _begins(parameter: str) -> Change:
    """An ordinary upload is begun in place of what the parameter asks for."""

    def answer(right: Core, request: Request) -> Response:
        return right(replace(request, query="")) if parameter in query_of(request) else right(request)

    return instead("POST", UPLOADS, answer)


def _anywhere(right: Core, request: Request) -> Response:
    """The place of a chunk is not looked at."""
    headers = {name: value for name, value in request.headers.items() if name != "content-range"}
    return right(replace(request, headers=headers))


LACKS = (
    mutant("no version header", answered(ANY, ANY, without("Docker-Distribution-API-Version")), "api-version"),
    mutant("nothing at /", refused("GET", "/", 404), "health"),
    mutant("errors without a body", answered("GET", ANY, _silent, status=404), "error-shape", "error-codes"),
    mutant("no single POST", _begins("digest"), "upload-single-post"),
    mutant("no mounts", _begins("mount"), "mount"),
    mutant("no place of chunks", instead("PATCH", SESSION, _anywhere), "upload-out-of-order"),
    mutant("no state of uploads", refused("GET", SESSION, 404, "BLOB_UPLOAD_UNKNOWN"), "upload-resumed"),
    mutant("no end of uploads", refused("DELETE", SESSION, 405), "upload-cancelled"),
    mutant("no ranges", instead("GET", BLOB, without_ranges), "blob-range", "blob-range-outside"),
    mutant("no ETag", answered("GET|HEAD", ANY, without("ETag")), "blob-conditional", "manifest-conditional"),
    mutant("no Link for tags", answered("GET", TAGS, without("Link")), "tag-list-link"),
    mutant("no Link for repositories", answered("GET", CATALOG, without("Link")), "catalog-pages"),
    mutant("no n for repositories", ignored("n", CATALOG), "catalog-pages"),
    mutant("no list of repositories", refused("GET", CATALOG, 404), "catalog-read", "catalog", "catalog-pages"),
    mutant("no referrers", refused("GET", REFERRERS, 404), *("referrers", "referrers-none", "referrers-filter")),
    mutant(
        "no deletion",
        refused("DELETE", ".*/(manifests|blobs/sha256:).*", 405),
        *("delete-manifest", "delete-manifest-ghost", "delete-tag", "delete-blob", "delete-missing"),
        "delete-seen-by-all",
    ),
)
