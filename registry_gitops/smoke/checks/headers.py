"""Checks of headers that are lost or changed on the way, in either direction."""

from __future__ import annotations

from typing import Final

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import ClientAuthenticator, RegistryResponse, parse_challenges
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import DOCKER_IMAGE, DOCKER_LIST, IMAGE, INDEX, LocalManifest, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.remedies import CHALLENGES, HEADERS, REQUEST_HEADERS
from registry_gitops.smoke.repository import READS, Upload

_KNOWN: Final = ("basic", "bearer")

_SCHEMA_1: Final = (
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
)
_PODMAN: Final = (IMAGE, DOCKER_IMAGE, *_SCHEMA_1, DOCKER_LIST, INDEX)
_ACCEPT: Final[tuple[tuple[str, str, str | tuple[str, ...]], ...]] = (
    ("containerd", "HEAD", f"{DOCKER_IMAGE}, {DOCKER_LIST}, {IMAGE}, {INDEX}, */*"),
    ("crane", "GET", ",".join((*reversed(_SCHEMA_1), DOCKER_IMAGE, IMAGE, DOCKER_LIST, INDEX))),
    ("regctl", "HEAD", (INDEX, IMAGE, DOCKER_LIST, DOCKER_IMAGE, *_SCHEMA_1)),
    # In reverse order: what is cut off can be at either end.
    ("Podman", "GET", tuple(reversed(_PODMAN))),
)
"""The Accept header of clients. Docker, Podman, and regctl send a line for each media type."""


@check(
    "manifest-headers",
    spec="distribution-spec, end-3 and end-7: Content-Type, Content-Length, Docker-Content-Digest",
    remedy=HEADERS,
)
def manifest_headers(context: Context) -> None:
    """GET, HEAD, and PUT of a manifest return its type, length, and digest, by tag and by digest.

    Docker fails without the digest of a PUT, or the length of a HEAD; ORAS and Helm without the length of a GET; crane
    and Flux with a type that has a charset.
    """
    image, tag = context.pushed_image()
    for method in READS:
        for reference in (tag, image.digest):
            response = context.repository.request_manifest(reference, method=method)
            _expect_manifest_headers(expect_status(response, 200), image)
    variant = context.make_variant()
    _expect_value(context.repository.store(variant), "Docker-Content-Digest", variant.digest)


@check(
    "manifest-accept-clients",
    spec="RFC 9110, Accept, and 5.3: a header with several lines",
    remedy=REQUEST_HEADERS,
)
def manifest_accept_clients(context: Context) -> None:
    """A manifest is found with the Accept headers that clients send.

    They name up to seven media types, in one line or in several. If a proxy keeps only some of them, the registry
    returns 404 for the others.
    """
    image, tag = context.pushed_image()
    for client, method, accept in _ACCEPT:
        reference = tag if method == "HEAD" else image.digest
        response = context.repository.request_manifest(reference, method=method, accept=accept)
        found = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if response.status != 200 or found != image.media_type:
            raise CheckFailed(
                f"{method} of a manifest with the Accept header of {client} returned {response.status} "
                f"{found or 'without a type'}, expected 200 {image.media_type}"
            )


@check(
    "login-schemes",
    level=Level.READ,
    needs={Precondition.LOGIN},
    spec="RFC 9110, WWW-Authenticate; pitfall: clients read only the first scheme",
    remedy=CHALLENGES,
)
def login_schemes(context: Context) -> None:
    """The first scheme that a 401 offers is Basic or Bearer.

    ORAS and Helm read only the first line of WWW-Authenticate, and Docker, containerd, and Podman only the first scheme
    of each line. They cannot log in if that is another one, such as Negotiate.
    """
    lines = [[offer.scheme for offer in parse_challenges(line)] for line in context.challenge().challenges]
    first = next((schemes[0] for schemes in lines if schemes), "")
    if first and first not in _KNOWN and any(scheme in _KNOWN for schemes in lines for scheme in schemes):
        raise CheckFailed(f"the 401 of /v2/ offers {first} before the scheme that clients use")


@check(
    "login-token",
    level=Level.READ,
    needs={Precondition.LOGIN, Precondition.CREDENTIALS},
    spec="Docker token specification; pitfall: Bearer comes before Basic",
    remedy=CHALLENGES,
)
def login_token(context: Context) -> None:
    """A token server that a 401 names gives tokens.

    If a 401 offers Bearer and Basic, Docker and containerd choose Bearer.
    """
    if not set(_KNOWN) <= set(_offered_schemes(context.challenge())):
        return
    authenticator = ClientAuthenticator(context.client.authenticator.credentials, context.client.mask)
    context.client.request("GET", "/v2/", authenticator=authenticator)
    header = authenticator.get_header("GET", context.client.url_for("/v2/"))
    if header is None or not header.reveal().startswith("Bearer "):
        raise CheckFailed("the 401 of /v2/ offers Bearer, but its token server gives no token for the user")


@check(
    "login-challenge-everywhere",
    needs=(),
    spec="RFC 9110, 401: MUST have WWW-Authenticate; Docker Registry HTTP API V2, Authentication",
    remedy=CHALLENGES,
)
def login_challenge_everywhere(context: Context) -> None:
    """Every 401 has the challenge of `/v2/`.

    containerd, ORAS, Helm, and regctl do not request `/v2/` first: they log in when a manifest or blob returns 401.
    """
    if context.challenge().status == 200 and context.client.authenticator.credentials is None:
        raise NotSupported("the registry requires no authentication: `auth.htpasswd.enabled` turns it on")
    base = _offered_schemes(context.challenge())
    blob = f"blobs/{sha256_digest(context.run_id.encode())}"
    reads = [(method, rest) for rest in ("manifests/none", blob) for method in READS]
    for method, rest in (*reads, ("GET", "tags/list"), ("POST", "blobs/uploads/")):
        path = context.repository.path(rest)
        response = context.client.request(method, path, authenticator=context.anonymous)
        if response.status == 202:
            Upload.from_response(context.repository, response).cancel()
        if response.status != 401:
            continue
        offered = _offered_schemes(response)
        if not set(_KNOWN) & set(offered):
            raise CheckFailed(f"the 401 of {method} {path} has no WWW-Authenticate that clients can use")
        if base and not set(base) & set(offered):
            raise CheckFailed(f"the 401 of {method} {path} offers {offered[0]}, that of /v2/ {base[0]}")


def _offered_schemes(response: RegistryResponse) -> list[str]:
    return [offer.scheme for line in response.challenges for offer in parse_challenges(line)]


def _expect_manifest_headers(response: RegistryResponse, manifest: LocalManifest) -> None:
    _expect_value(response, "Content-Type", manifest.media_type)
    _expect_value(response, "Content-Length", str(len(manifest.content)))
    _expect_value(response, "Docker-Content-Digest", manifest.digest)


def _expect_value(response: RegistryResponse, name: str, expected: str) -> None:
    value = response.headers.get(name)
    if value != expected:
        returned = f"no {name}" if value is None else f'"{name}: {value}"'
        reference = response.url.rpartition("/")[2]
        raise CheckFailed(f"{response.method} of manifests/{reference} returned {returned}, expected {expected}")


CHECKS = (
    login_schemes,
    login_token,
    login_challenge_everywhere,
    manifest_headers,
    manifest_accept_clients,
)
