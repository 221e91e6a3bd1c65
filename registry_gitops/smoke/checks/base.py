"""The door of the API: that it answers, as clients expect it to, and shows nothing that it should not."""

from __future__ import annotations

from registry_gitops.smoke.check import MUST, SHOULD, CheckFailed, Level, NotSupported, check
from registry_gitops.smoke.content import digest_of
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import codes, errors, expect, unexpected
from registry_gitops.smoke.remedies import PROXY_ERRORS


@check(
    "api",
    Level.READ,
    MUST,
    spec="distribution-spec, end-1: GET /v2/",
    remedy="Let `ingress.path` be /, so that /v2/ leads to the registry at the root of the host.",
)
def api(context: Context) -> None:
    """The API answers at /v2/.

    Every client asks here first, and takes what answers for a registry or not.
    """
    expect(context.client.ask("GET", "/v2/"), 200)


@check(
    "api-version",
    Level.READ,
    SHOULD,
    spec="Docker Registry HTTP API V2, API Version Check",
    remedy="Let no proxy in front of the registry change headers: see `ingress.annotations`.",
)
def api_version(context: Context) -> None:
    """The header Docker-Distribution-API-Version says registry/2.0.

    Old versions of Docker and some build tools take no registry for one without it.
    """
    name = "Docker-Distribution-API-Version"
    said = context.client.ask("GET", "/v2/").headers.get(name)
    if said is None:
        raise NotSupported(f"there is no header {name}; the OCI specification does not ask for one")
    if "registry/2.0" not in said.replace(",", " ").split():
        raise CheckFailed(f'the header {name} is "{said}", not registry/2.0')


@check(
    "health",
    Level.READ,
    SHOULD,
    spec="operators' README, Health: GET /",
    remedy="Answers of 503 come from a storage that fails: see the registry's log, `persistence.size` and "
    "`podSecurityContext.fsGroup`. Those of 404 come from the Ingress: let `ingress.path` be /.",
)
def health(context: Context) -> None:
    """The address without a path answers that the registry is well.

    Probes and load balancers ask here, without a login.
    """
    answer = context.client.ask("GET", "/", login=context.nobody)
    if answer.status in (401, 403, 404, 405):
        raise NotSupported(f"GET / answers {answer.status}: ask /v2/ for the registry's health")
    expect(answer, 200)


@check(
    "debug-hidden",
    Level.READ,
    MUST,
    spec="pitfall: the debug server prints http.secret and the redis password",
    remedy="Let `configuration.http.debug.addr` be 127.0.0.1:5001, a port that neither Service nor Ingress lead to.",
)
def debug_hidden(context: Context) -> None:
    """The debug pages are not served at this address.

    /debug/vars shows the whole configuration, passwords included, to whoever asks.
    """
    for path in ("/debug/vars", "/debug/pprof/"):
        answer = context.client.ask("GET", path)
        if answer.status == 200 and (b'"memstats"' in answer.body or b"goroutine" in answer.body):
            raise CheckFailed(f"GET {path} shows the insides of the registry to everybody")


@check(
    "error-shape",
    Level.READ,
    MUST,
    spec="distribution-spec, Error Codes",
    remedy=PROXY_ERRORS,
)
def error_shape(context: Context) -> None:
    """Errors come as JSON in the shape of the specification.

    Clients show people the message in it, and decide by its code what to do next.
    """
    answer = expect(context.client.ask("GET", f"{_nowhere(context)}/manifests/none"), 404)
    found = errors(answer)
    if found is None and not answer.body.lstrip().startswith(b"{"):
        raise NotSupported("errors come without a body in JSON, which the specification allows")
    if not found or not all(isinstance(each.get("code"), str) and each["code"].isupper() for each in found):
        raise CheckFailed("the body of a 404 has not the shape {errors: [{code, message}]}")


@check(
    "error-codes",
    Level.READ,
    SHOULD,
    spec="distribution-spec, Error Codes",
    remedy=PROXY_ERRORS,
)
def error_codes(context: Context) -> None:
    """Errors carry the code that fits.

    A client that is told MANIFEST_UNKNOWN pushes; one that is told anything else gives up.
    """
    digest = digest_of(context.run_id.encode())
    cases = {"manifests/none": "MANIFEST_UNKNOWN", f"blobs/{digest}": "BLOB_UNKNOWN"}
    for path, code in cases.items():
        answer = context.client.ask("GET", f"{_nowhere(context)}/{path}")
        if answer.status != 404:
            raise unexpected(answer, 404)
        given = codes(answer)
        if not given:
            raise NotSupported("errors come without a code")
        if not {code, "NAME_UNKNOWN"} & set(given):
            raise CheckFailed(f"what is missing is answered with {', '.join(given)}, not {code} or NAME_UNKNOWN")


def _nowhere(context: Context) -> str:
    return f"/v2/{context.options.repository}-none-{context.run_id}"
