"""Broken pulls of blobs."""

from __future__ import annotations

from dataclasses import replace

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    BLOB,
    Core,
    answered,
    error,
    header,
    instead,
    mutant,
    status,
    whole,
    without,
)


def without_ranges(right: Core, request: Request) -> Response:
    """Range is not looked at."""
    headers = {name: value for name, value in request.headers.items() if name != "range"}
    return without("Accept-Ranges")(right(replace(request, headers=headers)))


def _one_too_few(response: Response) -> Response:
    return replace(response, body=[whole(response)[:-1]])


def _no_length(response: Response) -> Response:
    return replace(response, length=0)


def _whole_as_a_part(right: Core, request: Request) -> Response:
    """What a cache does that knows no ranges: all the bytes, called a part."""
    if "range" not in request.headers:
        return right(request)
    return replace(without_ranges(right, request), status=206)


def _never_changed(right: Core, request: Request) -> Response:
    return Response(304) if "if-none-match" in request.headers else right(request)


def _error_on_a_condition(right: Core, request: Request) -> Response:
    return error(500, "UNKNOWN") if "if-none-match" in request.headers else right(request)


EITHER = ".*/(blobs|manifests)/.*"

BLOBS = (
    mutant(
        "HEAD of a blob has no length",
        answered("HEAD", BLOB, _no_length, status=200),
        *("blob-head", "download", "download-lengths"),
    ),
    mutant(
        "a blob with a wrong digest header",
        answered("GET", BLOB, header("Docker-Content-Digest", f"sha256:{'0' * 64}"), status=200),
        "blob-get",
    ),
    mutant(
        "blobs that are not there are empty",
        answered("GET|HEAD", BLOB, status(200), status=404),
        *("blob-missing", "error-codes", "upload-wrong-digest", "delete-blob", "delete-seen-by-all"),
    ),
    mutant("a range ends too early", answered("GET", BLOB, _one_too_few, status=206), "blob-range"),
    mutant("a range is the whole blob", instead("GET", BLOB, _whole_as_a_part), "blob-range", "blob-range-outside"),
    mutant("a range without Content-Range", answered("GET", BLOB, without("Content-Range"), status=206), "blob-range"),
    mutant(
        "a range past the end is an error of ours",
        answered("GET", BLOB, status(500), status=416),
        "blob-range-outside",
    ),
    mutant("nothing ever changes", instead("GET|HEAD", EITHER, _never_changed), "manifest-conditional"),
    mutant(
        "conditions are too much",
        instead("GET|HEAD", EITHER, _error_on_a_condition),
        "blob-conditional",
        "manifest-conditional",
    ),
)
