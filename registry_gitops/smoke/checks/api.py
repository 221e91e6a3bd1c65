"""Checks of the API as a whole: its base URL, health, debug pages, and errors."""

from __future__ import annotations

from registry_gitops.smoke.check import RECOMMENDED, check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status, parse_error_codes, parse_errors, status_failure
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.images import sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import PROXY_ERRORS, ROUTE
from registry_gitops.smoke.remedy import Remedy, is_private


@check(
    "api",
    level=Level.READ,
    spec="distribution-spec, end-1: GET /v2/",
    remedy=Remedy(
        "Set `ingress.path` to /, so that /v2/ leads to the registry at the root of the host.",
        sets={"ingress.path": "/"},
        otherwise=ROUTE,
    ),
)
def api(context: Context) -> None:
    """`/v2/` returns 200.

    Every client requests it first, to find out whether this is a registry.
    """
    response = context.client.request("GET", "/v2/")
    if response.status == 401 and context.client.authenticator.credentials is None:
        raise Skipped("/v2/ requires credentials, and pulls do not: pass --username")
    expect_status(response, 200)


@check(
    "api-version",
    level=Level.READ,
    requirement=RECOMMENDED,
    spec="Docker Registry HTTP API V2, API Version Check",
    remedy="Stop the proxy in front of the registry from changing headers: see `ingress.annotations`.",
)
def api_version(context: Context) -> None:
    """The header Docker-Distribution-API-Version is registry/2.0.

    Old versions of Docker, and some build tools, accept no registry without it.
    """
    name = "Docker-Distribution-API-Version"
    value = context.client.request("GET", "/v2/").headers.get(name)
    if value is None:
        raise NotSupported(f"there is no header {name}; the OCI specification does not require one")
    if "registry/2.0" not in value.replace(",", " ").split():
        raise CheckFailed(f'the header {name} is "{value}", expected registry/2.0')


@check(
    "health",
    level=Level.READ,
    requirement=RECOMMENDED,
    spec="operators' README, Health: GET /",
    remedy=Remedy(
        "A 503 comes from storage that fails: see the registry's log, `persistence.size`, and "
        "`podSecurityContext.fsGroup`. A 404 comes from the Ingress: set `ingress.path` to /.",
        sets={"ingress.path": "/"},
        otherwise="A 503 comes from storage that fails: see the registry's log, `persistence.size`, and "
        "`podSecurityContext.fsGroup`.",
    ),
)
def health(context: Context) -> None:
    """`/` returns 200 without credentials.

    Probes and load balancers use it as the health check.
    """
    response = context.client.request("GET", "/", authenticator=context.anonymous)
    if response.status in (401, 403, 404, 405):
        raise NotSupported(f"GET / returned {response.status}: use /v2/ as the health check")
    expect_status(response, 200)


@check(
    "debug-hidden",
    level=Level.READ,
    spec="pitfall: the debug server prints http.secret and the redis password",
    remedy=Remedy(
        "Set `configuration.http.debug.addr` to 127.0.0.1:5001, a port to which neither Service nor Ingress lead.",
        sets={"configuration.http.debug.addr": is_private},
    ),
)
def debug_hidden(context: Context) -> None:
    """The debug pages are not served at this address.

    /debug/vars shows the whole configuration, passwords included, without authentication.
    """
    for path in ("/debug/vars", "/debug/pprof/"):
        response = context.client.request("GET", path)
        if response.status == 200 and (b'"memstats"' in response.body or b"goroutine" in response.body):
            raise CheckFailed(f"GET {path} returned internals of the registry, which can include its passwords")


@check("error-shape", level=Level.READ, spec="distribution-spec, Error Codes", remedy=PROXY_ERRORS)
def error_shape(context: Context) -> None:
    """Errors are JSON in the shape of the specification.

    Clients show the message in it, and decide by its code what to do next.
    """
    response = expect_status(context.client.request("GET", f"{_missing_repository(context)}/manifests/none"), 404)
    errors = parse_errors(response)
    if errors is None and not response.body.lstrip().startswith(b"{"):
        raise NotSupported("errors have no JSON body, which the specification allows")
    if not errors or not all(isinstance(error.get("code"), str) and error["code"].isupper() for error in errors):
        raise CheckFailed("the body of a 404 does not have the shape {errors: [{code, message}]}")


@check(
    "error-codes", level=Level.READ, requirement=RECOMMENDED, spec="distribution-spec, Error Codes", remedy=PROXY_ERRORS
)
def error_codes(context: Context) -> None:
    """A missing manifest or blob gets the error code of the specification.

    A client that gets MANIFEST_UNKNOWN pushes the manifest; with another code, it fails.
    """
    digest = sha256_digest(context.run_id.encode())
    cases = {"manifests/none": "MANIFEST_UNKNOWN", f"blobs/{digest}": "BLOB_UNKNOWN"}
    for path, code in cases.items():
        response = context.client.request("GET", f"{_missing_repository(context)}/{path}")
        if response.status != 404:
            raise status_failure(response, 404)
        codes = parse_error_codes(response)
        if not codes:
            raise NotSupported("errors have no code")
        if not {code, "NAME_UNKNOWN"} & set(codes):
            raise CheckFailed(f"GET of {path} returned {', '.join(codes)}, expected {code} or NAME_UNKNOWN")


def _missing_repository(context: Context) -> str:
    return f"/v2/{context.options.repository}-none-{context.run_id}"


CHECKS = (
    api,
    api_version,
    health,
    debug_hidden,
    error_shape,
    error_codes,
)
