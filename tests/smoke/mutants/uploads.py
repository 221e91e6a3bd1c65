"""Broken uploads of blobs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    ANY,
    SESSION,
    UPLOADS,
    Change,
    Core,
    answered,
    error,
    header,
    instead,
    matches,
    mutant,
    query_of,
    received,
    status,
    without,
)

ELSEWHERE = "https://registry.internal.example.com:5000"
MIB = 1024 * 1024


def created(request: Request, digest: str) -> Response:
    """An answer that says that a blob has been taken."""
    place = f"{request.path.partition('/uploads/')[0]}/{digest}"
    return Response(201, [("Location", place), ("Docker-Content-Digest", digest)])


def _kept_nowhere(right: Core, request: Request) -> Response:
    digest = query_of(request).get("digest")
    if digest is None:
        return right(request)
    received(request)
    return created(request, digest)


def _takes_any_digest(right: Core, request: Request) -> Response:
    """What was sent is accepted, whatever it was said to be."""
    response = right(request)
    digest = query_of(request).get("digest", "")
    return created(request, digest) if response.status == 400 and digest.startswith("sha256:") else response


def _first_chunk_only(right: Core, request: Request) -> Response:
    if "content-range" in request.headers and not request.headers["content-range"].startswith("0-"):
        return error(416, "BLOB_UPLOAD_INVALID")
    return right(request)


def _mounted_nowhere(right: Core, request: Request) -> Response:
    digest = query_of(request).get("mount")
    return created(request, digest) if digest else right(request)


def _mounted_if_there(right: Core, request: Request) -> Response:
    """A mount of what is not there is an error."""
    response = right(request)
    return error(500, "UNKNOWN") if "mount" in query_of(request) and response.status == 202 else response


def _needs_from(right: Core, request: Request) -> Response:
    asked = query_of(request)
    return error(500, "UNKNOWN") if "mount" in asked and "from" not in asked else right(request)


def _forgotten_if_there(right: Core, request: Request) -> Response:
    """A mount that worked is said to have worked, and is lost."""
    response = right(request)
    if "mount" in query_of(request) and response.status == 201:
        right(replace(request, method="DELETE", path=dict(response.headers)["Location"], query=""))
    return response


def _one_more(span: str) -> str:
    begin, _, end = span.partition("-")
    return f"{begin}-{int(end) + 1}"


def _elsewhere(place: str) -> str:
    return f"{ELSEWHERE}{place}"


def _without_chunked(right: Core, request: Request) -> Response:
    """A proxy in front that wants a Content-Length."""
    return error(411, "UNSUPPORTED") if request.body.length is None else right(request)


def _nothing(right: Core, request: Request) -> Response:
    return Response(204)


def _fails(parameter: str) -> Change:
    """Uploads that are begun with this parameter end in an error."""

    def answer(right: Core, request: Request) -> Response:
        return error(500, "UNKNOWN") if parameter in query_of(request) else right(request)

    return instead("POST", UPLOADS, answer)


def _at_most(limit: int) -> Change:
    """A proxy in front with a limit."""

    def answer(right: Core, request: Request) -> Response:
        if (request.body.length or 0) > limit:
            return Response(413, [("Content-Type", "text/html")], [b"<html>413 Request Entity Too Large</html>"])
        return right(request)

    return instead("PUT|PATCH|POST", ANY, answer)


def _forgets_after(parts: int) -> Change:
    """The other replica has one part in many: then it does not know the upload."""

    def change(right: Core) -> Core:
        seen: Counter[str] = Counter()

        def core(request: Request) -> Response:
            if matches(request, "PATCH", SESSION):
                seen[request.path] += 1
                if seen[request.path] > parts:
                    received(request)
                    return error(404, "BLOB_UPLOAD_INVALID")
            return right(request)

        return core

    return change


UPLOADING = (
    mutant("Location leads elsewhere", answered(ANY, ANY, header("Location", _elsewhere)), "upload-location"),
    mutant("an upload ends with 200", answered("PUT", SESSION, status(200), status=201), "upload-monolithic"),
    mutant("a single POST is kept nowhere", instead("POST", UPLOADS, _kept_nowhere), "upload-single-post"),
    mutant("a single POST is an error", _fails("digest"), "upload-single-post"),
    mutant(
        "any digest is right",
        instead("PUT|POST", ".*/blobs/uploads/.*", _takes_any_digest),
        "upload-wrong-digest",
        "upload-refused",
    ),
    mutant(
        "a wrong digest is an error of ours",
        answered("PUT", SESSION, status(500), status=400),
        *("upload-wrong-digest", "upload-refused"),
    ),
    mutant(
        "only the first chunk is taken",
        instead("PATCH", SESSION, _first_chunk_only),
        *("upload-chunked", "upload-resumed", "upload-out-of-order", "replicas-upload"),
    ),
    mutant(
        "a chunk has no Range",
        answered("PATCH", SESSION, without("Range"), status=202),
        "upload-chunked",
        "upload-streamed",
    ),
    mutant(
        "a chunk has a Range of one too many",
        answered("PATCH", SESSION, header("Range", _one_more), status=202),
        *("upload-chunked", "upload-streamed"),
    ),
    mutant(
        "a chunk out of order is an error of ours",
        answered("PATCH", SESSION, status(500), status=416),
        "upload-out-of-order",
    ),
    mutant("no upload of unknown length", instead("PATCH|PUT|POST", ANY, _without_chunked), "upload-streamed"),
    mutant(
        "every upload is at its beginning",
        answered("GET", SESSION, header("Range", "0-0"), status=204),
        "upload-resumed",
    ),
    mutant(
        "a cancelled upload lives on",
        instead("DELETE", SESSION, _nothing),
        "upload-cancelled",
    ),
    mutant("mounted nowhere", instead("POST", UPLOADS, _mounted_nowhere), "mount", "mount-missing"),
    mutant("mounts get lost", instead("POST", UPLOADS, _forgotten_if_there), "mount"),
    mutant("a mount of nothing is an error of ours", instead("POST", UPLOADS, _mounted_if_there), "mount-missing"),
    mutant(
        "a mount without from is an error of ours",
        instead("POST", UPLOADS, _needs_from),
        "mount-without-from",
    ),
    mutant("at most 1 MiB", _at_most(MIB), "upload-2-mb"),
    mutant("at most 2 MiB", _at_most(2 * MIB), "large-layer", "manifest-4-mb", full=True),
    mutant("an upload of many parts is forgotten", _forgets_after(6), "replicas-upload"),
)
