"""Checks of mirrors: what containerd, CRI-O, Podman, and Docker request from a registry that nodes use as a mirror."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import Headers, RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import ACCEPT_ALL, DOCKER_IMAGE, IMAGE, INDEX, LocalBlob
from registry_gitops.smoke.levels import Level

_DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
_SCHEMA_1: Final = "application/vnd.docker.distribution.manifest.v1"

_CONTAINERD: Final = ", ".join((DOCKER_IMAGE, _DOCKER_LIST, IMAGE, INDEX, "*/*"))
"""The header Accept of containerd for a tag. Source: containerd 2.3, core/remotes/docker/resolver.go, NewResolver."""
_CONTAINERD_ENCODINGS: Final = "zstd;q=1.0, gzip;q=0.8, deflate;q=0.5"
"""Its header Accept-Encoding. Source: containerd 2.3, core/remotes/docker/fetcher.go, open."""
_PODMAN: Final = (IMAGE, DOCKER_IMAGE, f"{_SCHEMA_1}+prettyjws", f"{_SCHEMA_1}+json", _DOCKER_LIST, INDEX)
"""The lines Accept of CRI-O and Podman. Source: containers/image 5.36, DefaultRequestedManifestMIMETypes."""
_UPSTREAM: Final = "docker.io"
"""The registry that nodes mirror most often."""
_ATTEMPTS: Final = 3
"""How often a request must fail before what it adds is to blame: replicas can differ by chance."""

NAMESPACE: Final = (
    "Let the proxy in front of the registry pass on requests with the parameter `ns`, which the registry ignores. In "
    "nginx, `proxy_pass` without a path and without variables keeps the query; with variables, append $is_args$args. A "
    "web application firewall needs an exception for it: with ingress-nginx, see "
    "nginx.ingress.kubernetes.io/modsecurity-snippet in `ingress.annotations`."
)
ACCEPT: Final = (
    "Stop the proxy in front of the registry from choosing or converting manifests by the header Accept, and a cache "
    "from storing them by tag: see `ingress.annotations`."
)


@check(
    "mirror-containerd",
    spec="containerd, docs/hosts.md, Registry Host Namespace; distribution-spec, Registry Proxying",
    remedy=NAMESPACE,
)
def mirror_containerd(context: Context) -> None:
    """containerd can use the registry as a mirror.

    It adds the name of the mirrored registry to each request, as the parameter `ns`. Nodes whose mirror refuses that
    pull from the Internet, or not at all.
    """
    image, tag = context.pushed_image()
    _expect_as_usual(context, "containerd", "HEAD", f"manifests/{tag}", {"Accept": _CONTAINERD}, image)
    for part, kind in ((image, "manifests"), (image.blobs[-1], "blobs")):
        headers = {"Accept": f"{part.media_type}, */*", "Accept-Encoding": _CONTAINERD_ENCODINGS}
        _expect_as_usual(context, "containerd", "GET", f"{kind}/{part.digest}", headers, part)


@check(
    "mirror-missing",
    level=Level.READ,
    spec="containerd, docs/hosts.md; distribution-spec, end-3: 404",
    remedy=NAMESPACE,
)
def mirror_missing(context: Context) -> None:
    """A mirror returns 404 for an image that it does not have.

    containerd then tries the next mirror, or the registry itself. Other status codes can end the pull.
    """
    for method, rest in (("HEAD", "manifests/none"), ("GET", f"blobs/{context.make_blob('none').digest}")):
        path = f"/v2/{context.options.repository}-none-{context.run_id}/{rest}"
        headers = {"Accept": _CONTAINERD}
        status = context.client.request(method, f"{path}?ns={_UPSTREAM}", headers=headers).status
        if status == 404:
            continue
        usual = context.client.request(method, path, headers=headers).status
        if usual != status:
            raise CheckFailed(f"{method} {path}?ns={_UPSTREAM} returned {status}, and without ns {usual}")


@check("mirror-podman", spec="containers/image, docker_client.go; Docker, registry-mirrors", remedy=ACCEPT)
def mirror_podman(context: Context) -> None:
    """CRI-O and Podman can use the registry as a mirror.

    They also accept old types of manifests, but must get what was pushed.
    """
    image, tag = context.pushed_image()
    headers: Headers = {"Accept": _PODMAN, "Docker-Distribution-API-Version": "registry/2.0"}
    _expect_as_usual(context, "Podman", "GET", f"manifests/{tag}", headers, image)


def _expect_as_usual(
    context: Context, client: str, method: str, rest: str, headers: Headers, expected: LocalBlob
) -> None:
    """Return if the request gets what other clients get. Raises CheckFailed, and NotSupported."""
    namespace = f"?ns={_UPSTREAM}" if client == "containerd" else ""
    for _ in range(_ATTEMPTS):
        response = context.repository.request(method, f"{rest}{namespace}", headers=headers)
        difference = _difference(response, expected)
        if not difference or _difference(_request_as_usual(context, method, rest), expected):
            return  # What other clients do not get either is the subject of other checks.
    if not namespace or _difference(context.repository.request(method, rest, headers=headers), expected):
        path = context.repository.path(rest)
        raise CheckFailed(f"{method} {path} with the headers of {client} {difference}; it is right with others", ACCEPT)
    if response.status == 404 and _serves_own_namespace(context, method, rest, headers):
        raise NotSupported(f"the registry takes ns for the registry to ask, and proxies no {_UPSTREAM}")
    raise CheckFailed(f"{method} {context.repository.path(rest)}{namespace} {difference}; it is right without ns")


def _request_as_usual(context: Context, method: str, rest: str) -> RegistryResponse:
    return context.repository.request(method, rest, headers={"Accept": ACCEPT_ALL})


def _serves_own_namespace(context: Context, method: str, rest: str, headers: Headers) -> bool:
    host = quote(urlsplit(context.client.url).netloc)
    return context.repository.request(method, f"{rest}?ns={host}", headers=headers).status == 200


def _difference(response: RegistryResponse, expected: LocalBlob) -> str:
    """Return what is wrong with the response, or "" if it is what was pushed."""
    if response.status != 200:
        return f"returned {response.status}"
    if response.method == "HEAD":
        length = response.headers.get("Content-Length")
        if length != str(len(expected.content)):
            return f"returned {f'Content-Length: {length}' if length else 'no Content-Length'}"
    elif response.body != expected.content and response.headers.get("Content-Encoding") != "zstd":
        return f"returned other bytes than were pushed: {len(response.body)}, expected {len(expected.content)}"
    return _header_difference(response, expected) if "/manifests/" in response.url else ""


def _header_difference(response: RegistryResponse, expected: LocalBlob) -> str:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if media_type != expected.media_type:
        return f'returned the media type "{media_type}", expected {expected.media_type}'
    digest = response.headers.get("Docker-Content-Digest")
    return "" if digest == expected.digest else f"returned {f'the digest {digest}' if digest else 'no digest'}"


CHECKS = (
    mirror_containerd,
    mirror_missing,
    mirror_podman,
)
