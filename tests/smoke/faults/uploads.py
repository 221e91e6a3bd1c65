"""Faults of uploads."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.mutants.breaking import (
    ANY,
    SESSION,
    UPLOADS,
    Core,
    Sent,
    answered,
    error,
    header,
    instead,
    query_of,
    received,
    status,
)
from tests.smoke.mutants.uploads import created

KIND: Final = "uploads"
REQUESTS: Final = "proxy-request-buffering"


def _with_body(request: Request, body: bytes) -> Request:
    return replace(request, body=Sent(body))


def _empty_if_streamed(right: Core, request: Request) -> Response:
    """A body without Content-Length does not arrive."""
    return right(request) if request.body.length is not None else right(_with_body(request, b""))


def _empty_if_last(right: Core, request: Request) -> Response:
    """A PUT that ends an upload loses its chunk."""
    if "content-range" not in request.headers:
        return right(request)
    received(request)
    return right(_with_body(request, b""))


def _refused_if_present(right: Core, request: Request) -> Response:
    """A blob that was pushed meanwhile is an error."""
    digest = query_of(request).get("digest", "")
    path = f"{request.path.partition('/uploads/')[0]}/{digest}"
    if right(replace(request, method="HEAD", path=path, query="", body=Sent(b""))).status == 200:
        return error(400, "BLOB_UPLOAD_INVALID")
    return right(request)


def _takes_any_digest(right: Core, request: Request) -> Response:
    """What was sent is said to be stored, whatever digest was sent with it."""
    response = right(request)
    digest = query_of(request).get("digest", "")
    return created(request, digest) if response.status == 400 and digest.startswith("sha256:") else response


def _range_of_chunk(right: Core, request: Request) -> Response:
    """The Range of a chunk is counted from the start of that chunk."""
    body = received(request)
    response = right(_with_body(request, body))
    return header("Range", f"0-{len(body) - 1}")(response) if response.status == 202 else response


def _refuses_missing_sources(right: Core, request: Request) -> Response:
    response = right(request)
    return error(400, "BAD_REQUEST") if "mount=" in request.query and response.status == 202 else response


def _no_mount(right: Core, request: Request) -> Response:
    return error(403, "DENIED") if "from" in query_of(request) else right(request)


def _one_more(value: str) -> str:
    return f"0-{int(value.partition('-')[2]) + 1}"


FAULTS: tuple[Fault, ...] = (
    fault(
        "the Range of an upload is one byte too long",
        "docker/for-linux#1296",
        answered("PATCH", SESSION, header("Range", _one_more), status=202),
        *("upload-chunked", "upload-streamed"),
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "the Range of a chunk is counted from its own start",
        "regclient/regclient#627",
        instead("PATCH", SESSION, _range_of_chunk),
        "upload-chunked",
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "a chunk without Content-Range has no valid Range",
        "go-gitea/gitea#34724",
        instead(
            "PATCH",
            SESSION,
            lambda right, request: (
                right(request) if "content-range" in request.headers else header("Range", "0--1")(right(request))
            ),
        ),
        "upload-streamed",
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "the body of a request without Content-Length is lost",
        "kalbasit/ncps#1390",
        instead("PATCH|PUT", SESSION, _empty_if_streamed),
        *("upload-streamed", "upload-put-streamed"),
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "the last chunk cannot be in the PUT",
        "distribution/distribution#475",
        instead("PUT", SESSION, _empty_if_last),
        "upload-last-chunk",
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "the second of two uploads of a blob is refused",
        "sonatype/nexus-public#967",
        instead("PUT", SESSION, _refused_if_present),
        "upload-twice",
        remedy="Deployment policy",
        kind=KIND,
    ),
    fault(
        "a blob is accepted under any digest",
        "nexspence/nexspence#195",
        instead("PUT", SESSION, _takes_any_digest),
        *("upload-wrong-digest", "upload-refused"),
        remedy="Run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "a digest that does not match is an error of the server",
        "distribution/distribution#112",
        answered("PUT", SESSION, status(500), status=400),
        *("upload-wrong-digest", "upload-refused"),
        remedy="The registry's log",
        kind=KIND,
    ),
    fault(
        "an empty blob cannot be pushed",
        "devcontainers/cli#814",
        instead(
            "PUT",
            SESSION,
            lambda right, request: error(500, "UNKNOWN") if "e3b0c44298fc" in request.query else right(request),
        ),
        "upload-empty",
        remedy=REQUESTS,
        kind=KIND,
    ),
    fault(
        "a mount is forbidden",
        "containerd/containerd#14086",
        instead("POST", UPLOADS, _no_mount),
        "mount",
        remedy="Check the permissions",
        kind=KIND,
    ),
    fault(
        "a mount from a missing repository is refused, not an upload",
        "goharbor/harbor#22078",
        instead("POST", UPLOADS, _refuses_missing_sources),
        "mount-missing",
        remedy="Run the registry of the chart",
        kind=KIND,
    ),
    fault(
        "a push under an invalid name is an error of the server",
        "distribution/distribution#4699",
        answered("POST|PUT", ANY, status(500), status=404),
        "push-refused",
        remedy="The registry's log",
        kind=KIND,
    ),
)
