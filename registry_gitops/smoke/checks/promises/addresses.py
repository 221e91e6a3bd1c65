"""Promises of addresses: host names, the path, each Location, the Pods behind them, and the storage."""

from __future__ import annotations

import http.client
from typing import Final
from urllib.parse import SplitResult, urlsplit

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.checks.promises.promise import promise, upload_response
from registry_gitops.smoke.client import NoResponseError
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_status
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.handshakes import open_connection, unverified_context
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import ANOTHER, OR_ANOTHER
from registry_gitops.smoke.remedy import Remedy, is_set, is_unset

HOPS: Final = 12
"""New connections of one upload: two replicas that are chosen by chance are missed once in 4,096 runs."""

_RELATIVE: Final = Remedy(
    "Set `http.relativeUrls` to true.",
    sets={"http.relativeUrls": True},
    otherwise=f"A proxy in front can make a Location absolute (nginx: proxy_redirect). {OR_ANOTHER}",
)
_PREFIX: Final = Remedy(
    "Set `configuration.http.prefix` to the path in front of /v2/.",
    sets={"configuration.http.prefix": is_set},
    otherwise=f"A proxy in front can replace the path: see `ingress.annotations` (rewrite-target). {OR_ANOTHER}",
)
_NO_PREFIX: Final = Remedy(
    "Leave out `configuration.http.prefix`.", sets={"configuration.http.prefix": is_unset}, otherwise=_PREFIX.otherwise
)
_SHARED: Final = Remedy(
    "Set `http.existingSecret` to a Secret with the key http-secret, and share the storage "
    "(`persistence.accessModes` with ReadWriteMany, or object storage).",
    sets={"http.existingSecret": is_set},
    otherwise="A Pod that does not know the upload reads another Secret or another storage: an old Pod from before the "
    "Secret, a Secret without the key http-secret, a claim of its own, or another registry behind this address. "
    "`kubectl get endpointslices` lists the Pods, `registry-gitops status` the old ones.",
)
_SINGLE: Final = Remedy(
    "Set `replicaCount` to 1.",
    sets={"replicaCount": 1},
    otherwise="More than one Pod responds: an old Pod still runs, or the Service or the Ingress leads to the Pods of "
    "another registry too. `kubectl get endpointslices` lists the Pods.",
)


@check(
    "promised-relative-urls",
    needs=(),
    spec="promise: `http.relativeUrls`",
    remedy=_RELATIVE,
)
def promised_relative_urls(context: Context) -> None:
    """Each Location is a path, or a whole URL, as promised.

    A path is right behind any proxy; a whole URL only if the registry knows how clients reach it.
    """
    is_promised = promise(context, "relative_urls")
    location = _location(context)
    if bool(location.netloc) != is_promised:
        return
    if is_promised:
        raise CheckFailed(
            f"{context.expectations.source} promises paths, but the Location of an upload begins with "
            f"{_origin(location)}"
        )
    raise CheckFailed(
        f"{context.expectations.source} promises whole URLs, but the Location of an upload is a path",
        Remedy("Set `http.relativeUrls` to false.", sets={"http.relativeUrls": False}, otherwise=ANOTHER),
    )


@check(
    "promised-host",
    needs=(),
    spec="promise: `configuration.http.host`",
    remedy=Remedy(
        "Set `configuration.http.host` to the URL that clients use.",
        sets={"configuration.http.host": is_set},
        otherwise=f"A proxy in front can replace the host of a Location. {OR_ANOTHER}",
    ),
)
def promised_host(context: Context) -> None:
    """Each Location has the host that was promised.

    Clients continue a push at the Location.
    """
    host = urlsplit(promise(context, "host"))
    location = _location(context)
    if (location.scheme, location.netloc) != (host.scheme, host.netloc):
        found = _origin(location) if location.netloc else "a path, without a host"
        raise CheckFailed(
            f"{context.expectations.source} promises {_origin(host)}, but the Location of an upload is {found}"
        )


@check(
    "promised-host-names",
    level=Level.READ,
    spec="promise: `ingress.hostname`, `ingress.extraHosts`, `httpRoute.hostnames`",
    remedy=Remedy(
        "Set `ingress.extraHosts` to all other names of the registry.",
        sets={"ingress.extraHosts": is_set},
        otherwise="The Ingress or the Gateway does not route this name to the registry: check with `kubectl describe "
        "ingress` which hosts and paths it has, and whether another Ingress has the same host.",
    ),
)
def promised_host_names(context: Context) -> None:
    """The registry responds under its other names too.

    Images are pulled by any of them. Each is sent to the same address, so this does not show what DNS has.
    """
    names = promise(context, "host_names")
    if context.client.is_proxied:
        raise Skipped("not compared: a proxy of the environment chooses the host by the URL")
    expected = context.challenge().status
    for name in names:
        status = _ask_for_host(context, name)
        if status != expected:
            raise CheckFailed(f"GET /v2/ for the host {name} returned {status}, expected {expected}")


def _ask_for_host(context: Context, name: str) -> int:
    """Return the status code of `/v2/` for another host name at the same address."""
    url = urlsplit(context.client.url)
    if url.scheme == "http":
        headers = {"Host": name}
        return context.client.request("GET", "/v2/", None, headers, authenticator=context.anonymous).status
    # Gateways route by the name in the handshake too.
    with open_connection(context, unverified_context(), name) as connection:
        connection.sendall(f"GET {url.path}/v2/ HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(connection)
        try:
            response.begin()
        except (OSError, http.client.HTTPException) as error:
            raise CheckFailed(f"GET /v2/ for the host {name} got no response: {type(error).__name__}") from None
        return response.status


@check(
    "promised-prefix",
    needs=(),
    spec="promise: `configuration.http.prefix`",
    remedy=_PREFIX,
)
def promised_prefix(context: Context) -> None:
    """The API is below the path that was promised.

    A registry that shares its host with others is at a path of its own.
    """
    prefix = promise(context, "prefix")
    expected = f"{prefix}/v2/"
    path = _location(context).path
    if not path.startswith(expected):
        shown = path.partition("/v2/")[0]
        raise CheckFailed(
            f"{context.expectations.source} promises the API at {expected}, but the Location of an upload is below "
            f"{shown}/v2/",
            _PREFIX if prefix else _NO_PREFIX,
        )


# Replicas that know nothing of each other let the first push fail too: that must not skip this check.
@check("promised-replicas", spec="promise: `replicaCount`, `http.existingSecret`", remedy=_SHARED, needs=())
def promised_replicas(context: Context) -> None:
    """As many Pods respond as were promised, and all of them know the same uploads.

    A Service sends each connection to any of them. If one does not know the upload, a part of the pushes fails.
    """
    replicas = promise(context, "replicas")
    started = upload_response(context)
    if started.status != 202:
        raise Skipped(f"no upload can be started: POST returned {started.status}")
    upload = context.repository.start_upload()
    for number in range(HOPS):
        with context.client.with_new_connections() as fresh:
            upload = upload.with_client(fresh)
            # Not GET, for which registry 3 needs no secret.
            response = upload.send(b"x", start=number)
        if response.status == 404:
            raise CheckFailed(
                f"{context.expectations.source} promises {replicas if replicas > 1 else 'one'} "
                f"Pod{'s' if replicas > 1 else ''}, but on a new connection an upload is unknown (404)",
                _SHARED if replicas > 1 else _SINGLE,
            )
    upload.with_client(context.client).cancel()


@check(
    "promised-redirect",
    spec="promise: `storage.s3.redirect`, `configuration.storage.redirect.disable`",
    remedy=Remedy(
        "Set `configuration.storage.redirect.disable` to false.",
        sets={"configuration.storage.redirect.disable": False},
        otherwise=ANOTHER,
    ),
)
def promised_redirect(context: Context) -> None:
    """Blobs come from the registry, or from the storage that was promised.

    Clients that cannot reach the storage cannot pull; without a redirect, all bytes pass the Pod.
    """
    is_promised = promise(context, "redirect")
    blob = context.pushed_blob()
    try:
        target = context.repository.request_blob(blob.digest).url
    except NoResponseError as problem:
        target = problem.url
        if is_promised or not _differs(context, target):
            raise
    source = context.expectations.source
    if not _differs(context, target):
        if is_promised:
            raise CheckFailed(
                f"{source} promises redirects of pulls to the storage, but the registry sends a blob itself"
            )
        return
    host = urlsplit(target).hostname or ""
    if not is_promised:
        raise CheckFailed(
            f"{source} promises that the registry sends blobs itself, but it redirects to {host}",
            Remedy(
                "Set `configuration.storage.redirect.disable` to true.",
                sets={"configuration.storage.redirect.disable": True},
                otherwise=ANOTHER,
            ),
        )
    expected = context.expectations.storage_host
    if expected and not f".{host}".endswith(f".{expected}"):
        raise CheckFailed(f"{source} promises the storage {expected}, but the registry redirects to {host}")


def _differs(context: Context, url: str) -> bool:
    ours, theirs = urlsplit(context.client.url), urlsplit(url)
    return (ours.hostname, ours.port) != (theirs.hostname, theirs.port)


def _location(context: Context) -> SplitResult:
    response = upload_response(context)
    if response.status in (401, 403, 405):
        raise Skipped(f"not compared: pushes are refused ({response.status}), and only they show it")
    location = expect_status(response, 202).location
    if not location:
        raise Skipped("not compared: an upload has no Location")
    return urlsplit(location)


def _origin(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc}"


CHECKS: tuple[Check, ...] = (
    promised_relative_urls,
    promised_host,
    promised_host_names,
    promised_prefix,
    promised_replicas,
    promised_redirect,
)
