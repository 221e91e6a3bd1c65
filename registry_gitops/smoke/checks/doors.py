"""Checks of doors: which requests let in clients without credentials, and whether that makes sense."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported
from registry_gitops.smoke.images import ACCEPT_ALL, sha256_digest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.repository import OCTETS, READS

DOORS = (
    "Let the registry alone authenticate clients (`auth.htpasswd.enabled`): remove what the proxy in front does for "
    "single paths or methods, such as nginx.ingress.kubernetes.io/auth-url, satisfy, and configuration-snippet in "
    "`ingress.annotations`."
)
PRIVATE_CACHE = (
    "Stop the proxy in front of the registry from caching what needs credentials: remove proxy_cache from "
    "`ingress.annotations` (nginx.ingress.kubernetes.io/configuration-snippet), or add the header Authorization to "
    "its proxy_cache_key. On a CDN, bypass the cache for /v2/."
)
_ALL_TYPES = {"Accept": ACCEPT_ALL}


@dataclass(frozen=True)
class _Door:
    """A request, and whether it got past the authentication without credentials."""

    method: str
    kind: str
    """What it requests, in words."""
    is_open: bool

    def __str__(self) -> str:
        return f"{self.method} of {self.kind}"


@check(
    "doors-read",
    level=Level.READ,
    needs={Precondition.LOGIN},
    spec="distribution-spec, Authentication; pitfall: a proxy that lets some paths or methods pass",
    remedy=DOORS,
)
def doors_read(context: Context) -> None:
    """Either all reads need credentials, or none does.

    A client that gets a manifest and not its layers, or HEAD and not GET, cannot pull; and what leaks past the login
    can be read by everyone.
    """
    doors = list(_read_doors(context))
    if not any(door.is_open for door in doors):
        # With anonymous pulls, many registries list their repositories to users only, but never the other way round.
        response = _anonymous(context, "GET", "/v2/_catalog?n=1", {})
        doors += [_Door("GET", "the list of repositories", is_open=True)] if response.status == 200 else []
    if len({door.is_open for door in doors}) > 1:
        raise CheckFailed(_describe(doors))


@check(
    "doors-write",
    needs=(),
    spec="distribution-spec, Authentication; pitfall: a proxy that lets some paths or methods pass",
    remedy=DOORS,
)
def doors_write(context: Context) -> None:
    """If one kind of write needs credentials, all do, and `/v2/` asks for them.

    Otherwise everyone can overwrite or delete images; and Docker sends no password if `/v2/` does not ask for one.
    """
    asks = context.challenge().status in ACCESS_REFUSED
    doors = list(_write_doors(context))
    if not doors:
        raise NotSupported("the registry accepts no writes")
    is_open = {door.is_open for door in doors}
    if not asks and False not in is_open:
        raise NotSupported("the registry requires no authentication: `auth.htpasswd.enabled` turns it on")
    if not asks:
        raise CheckFailed("writes require credentials, but /v2/ does not ask for them: Docker then sends none")
    if True in is_open:
        raise CheckFailed(_describe(doors) if False in is_open else "/v2/ requires credentials, and no write does")


@check(
    "private-pulls",
    spec="RFC 9111, Storing Responses to Authenticated Requests",
    remedy=PRIVATE_CACHE,
)
def private_pulls(context: Context) -> None:
    """What a client with credentials has pulled is not given to clients without, nor is its refusal to clients with.

    A cache that ignores who asks makes private images public, or locks out the users.
    """
    if context.challenge().status == 200 and context.client.authenticator.credentials is None:
        raise NotSupported("the registry requires no authentication: `auth.htpasswd.enabled` turns it on")
    image, tag = context.pushed_image()
    blob = image.blobs[-1].digest
    missing = sha256_digest(context.run_id.encode())
    paths = {
        f"manifests/{tag}": f"manifests/none-{context.run_id}",
        f"manifests/{image.digest}": f"manifests/{missing}",
        f"blobs/{blob}": f"blobs/{missing}",
        "tags/list": f"tags/list?n=1&last=none-{context.run_id}",
    }
    private = [path for path, other in paths.items() if _request_anonymously(context, "GET", other) in ACCESS_REFUSED]
    if not private:
        if _request_anonymously(context, "HEAD", f"manifests/{tag}") == 404:
            raise CheckFailed(
                "HEAD of a manifest that exists returned 404 without credentials, expected 401: containerd sends none",
                DOORS,
            )
        raise NotSupported("pulls require no credentials")
    faults = [fault for path in private for fault in _mixed_up_users(context, path)]
    if faults:
        raise CheckFailed("; ".join(faults))


def _mixed_up_users(context: Context, path: str) -> Iterator[str]:
    """Yield the methods by which a client with credentials and one without get what is meant for the other."""
    for method in ("GET",) if path == "tags/list" else READS:
        what = f"{method} {context.repository.path(path)}"
        for _ in range(2):  # Some caches keep what was asked for twice.
            status = context.repository.request(method, path, headers=_ALL_TYPES).status
            if status in ACCESS_REFUSED:
                yield f"{what} returned {status} to a client with credentials, after one without them had asked"
            elif _request_anonymously(context, method, path) == 200:
                yield f"{what} returned 200 without credentials, after a client with credentials had pulled"
            else:
                continue
            break


def _request_anonymously(context: Context, method: str, path: str) -> int:
    return _anonymous(context, method, context.repository.path(path), _ALL_TYPES).status


def _read_doors(context: Context) -> Iterator[_Door]:
    """Yield the doors of reads, by names that do not exist: only the authentication matters."""
    name = f"/v2/{context.options.repository}"
    digest = sha256_digest(context.run_id.encode())
    paths = {
        "a manifest by tag": f"{name}/manifests/none-{context.run_id}",
        "a manifest by digest": f"{name}/manifests/{digest}",
        "a blob": f"{name}/blobs/{digest}",
        "the tag list": f"{name}/tags/list",
    }
    for kind, path in paths.items():
        for method in ("GET", "HEAD") if kind != "the tag list" else ("GET",):
            response = _anonymous(context, method, path, _ALL_TYPES)
            yield _Door(method, kind, response.status not in ACCESS_REFUSED)
    # A registry without referrers returns 404 to everyone.
    if _anonymous(context, "GET", f"{name}/referrers/{digest}", {}).status == 200:
        yield _Door("GET", "referrers", is_open=True)


def _write_doors(context: Context) -> Iterator[_Door]:
    """Yield the doors of writes, which write nothing if they are open: what they refer to does not exist."""
    name = f"/v2/{context.options.repository}"
    digest = sha256_digest(context.run_id.encode())
    session = f"{name}/blobs/uploads/{uuid.uuid4()}"
    requests = (
        ("PATCH", "an upload", session, b"x"),
        ("PUT", "an upload", f"{session}?digest={digest}", b"x"),
        # Refused as it is, also by a registry that accepts any JSON as a manifest.
        ("PUT", "a manifest", f"{name}/manifests/{digest}", b"x"),
        ("DELETE", "a manifest", f"{name}/manifests/{digest}", None),
        ("DELETE", "a blob", f"{name}/blobs/{digest}", None),
    )
    for method, kind, path, body in requests:
        response = context.client.request(method, path, body, OCTETS if body else None, authenticator=context.anonymous)
        if response.status != 405:  # What is not supported says nothing about who may.
            yield _Door(method, kind, response.status not in ACCESS_REFUSED)


def _anonymous(context: Context, method: str, path: str, headers: Mapping[str, str]) -> RegistryResponse:
    return context.client.request(method, path, headers=headers, authenticator=context.anonymous)


def _describe(doors: list[_Door]) -> str:
    opened, closed = ([str(door) for door in doors if door.is_open is wanted] for wanted in (True, False))
    return f"without credentials, {', '.join(opened)} passes, but {', '.join(closed)} is refused"


CHECKS = (doors_read, doors_write, private_pulls)
