"""Broken before anything is pushed: the version, who may come in, errors, and what leaks."""

from __future__ import annotations

from itertools import count

from registry_gitops.registry.messages import Request, Response
from tests.smoke.mutants.breaking import (
    ANY,
    MANIFEST,
    TAGS,
    UPLOADS,
    Core,
    answered,
    body,
    error,
    header,
    instead,
    mutant,
    refused,
    status,
)

BASE = "/v2/"
VERSION = "Docker-Distribution-API-Version"


def _for_a_moment(right: Core) -> Core:
    """A proxy that loses its way, after it had found it."""
    turns = count(1)

    def core(request: Request) -> Response:
        lost = request.path == BASE and next(turns) == 2
        return Response(404, [("Content-Type", "text/html")], [b"<html>404</html>"]) if lost else right(request)

    return core


def _any_password(right: Core, request: Request) -> Response:
    response = right(request)
    if response.status == 401 and "authorization" in request.headers:
        return Response(200, [(VERSION, "registry/2.0")], [b"{}"])
    return response


def _guests_upload(right: Core, request: Request) -> Response:
    response = right(request)
    if response.status == 401 and "authorization" not in request.headers:
        place = f"{request.path}00000000-0000-0000-0000-000000000000"
        return Response(202, [("Location", place), ("Range", "0-0")])
    return response


def _variables(right: Core, request: Request) -> Response:
    return Response(200, [("Content-Type", "application/json")], [b'{"cmdline": ["registry"], "memstats": {}}'])


FRONT = (
    mutant("the API is gone for a moment", _for_a_moment, "api"),
    mutant("a version of its own", answered(ANY, ANY, header(VERSION, "registry/1.0")), "api-version"),
    mutant("no health", instead("GET", "/", lambda right, request: error(503, "UNAVAILABLE")), "health"),
    mutant("/debug/vars for everybody", instead("GET", "/debug/vars", _variables), "debug-hidden"),
    mutant(
        "errors of another shape", answered("GET", ANY, body(lambda _: b'{"error": "gone"}'), status=404), "error-shape"
    ),
    mutant(
        "an unknown manifest is called an unknown blob",
        answered("GET", MANIFEST, lambda _: error(404, "BLOB_UNKNOWN"), status=404),
        "error-codes",
    ),
    mutant(
        "a challenge without a realm",
        answered(ANY, ANY, header("WWW-Authenticate", "Basic"), status=401),
        "login-challenge",
        guarded=True,
    ),
    mutant(
        "a token server without TLS",
        answered(
            ANY,
            ANY,
            header("WWW-Authenticate", lambda basic: f'{basic}, Bearer realm="http://tokens.example.com/"'),
            status=401,
        ),
        "login-encrypted",
        guarded=True,
    ),
    mutant(
        "a login that is good for /v2/ only",
        refused("GET", TAGS, 403, "DENIED"),
        *("login-valid", "tag-list", "tag-list-n", "tag-list-link", "delete-manifest-ghost"),
        guarded=True,
    ),
    mutant("any password will do", instead("GET", BASE, _any_password), "login-invalid", guarded=True),
    mutant("guests may push", instead("POST", UPLOADS, _guests_upload), "login-push", guarded=True),
    mutant(
        "HEAD of a manifest that is not there is an error of ours",
        answered("HEAD", MANIFEST, status(500), status=404),
        *("manifest-missing", "cosign-signature", "referrers-tag"),
    ),
    mutant(
        "an image that was there has lost its layers",
        refused("GET|HEAD", "/v2/antlers/.*/blobs/.*", 404, "BLOB_UNKNOWN"),
        "image-read",
    ),
)
