"""Promises of the registry's settings: headers, hidden pages and ports, lists, validation, and the image."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.checks.promises.promise import promise
from registry_gitops.smoke.client import RegistryResponse
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import ACCESS_REFUSED, expect_status, request_line
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import make_index
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import ANOTHER, OR_ANOTHER
from registry_gitops.smoke.remedy import Remedy, is_set

_PORT_TIMEOUT: Final = 2.0
"""Seconds: what filters a port does not answer at all."""
_INTERNALS: Final = (b'"memstats"', b"/debug/pprof/", b"goroutine profile", b"go_goroutines", b"registry_http_")
"""Words of the debug server: its variables, profiles, and metrics."""

_HIDDEN: Final = Remedy(
    "Set `metrics.enabled` to true, which serves the metrics at a port of the Pods for Prometheus only, and leave out "
    "`configuration.http.debug.addr`.",
    sets={"metrics.enabled": True},
    otherwise="A Service, an Ingress, or `hostNetwork` leads to the port: see `service.extraPorts`, `extraDeploy`, and "
    f"`networkPolicy.enabled`. {OR_ANOTHER}",
)
_ACCEPT: Final = Remedy(
    "Set `configuration.validation.manifests.indexes.platforms` to none.",
    sets={"configuration.validation.manifests.indexes.platforms": "none"},
    otherwise=ANOTHER,
)


@check(
    "promised-headers",
    level=Level.READ,
    spec="promise: `configuration.http.headers`",
    remedy=Remedy(
        "Set `configuration.http.headers` to the headers of each response.",
        sets={"configuration.http.headers": is_set},
        otherwise=f"A proxy in front can remove or replace headers: see `ingress.annotations`. {OR_ANOTHER}",
    ),
)
def promised_headers(context: Context) -> None:
    """Each response has the headers that were promised.

    Browsers and proxies act on them.
    """
    headers = promise(context, "headers")
    missing = context.client.request("GET", context.repository.path("manifests/none"))
    for response in (context.client.request("GET", "/v2/"), context.challenge(), missing):
        for name, values in headers.items():
            found = response.headers.get(name, "")
            for value in values:
                if value not in found:
                    returned = f'"{found}"' if found else "no such header"
                    raise CheckFailed(
                        f'{context.expectations.source} promises "{name}: {value}", but {request_line(response)} '
                        f"({response.status}) returned {returned}"
                    )


@check(
    "promised-debug-hidden",
    level=Level.READ,
    spec="promise: `metrics.enabled`, `configuration.http.debug.addr`",
    remedy=_HIDDEN,
)
def promised_debug_hidden(context: Context) -> None:
    """Metrics and debug pages are hidden from clients.

    The debug server shows passwords to everyone who reaches it, and metrics show the names of repositories.
    """
    for path in promise(context, "hidden_paths"):
        response = context.client.request("GET", path, authenticator=context.anonymous)
        if response.status == 200 and _is_internal(response.body):
            raise CheckFailed(f"GET {path} returned metrics or internals of the registry, without credentials")


@check(
    "promised-debug-port",
    level=Level.READ,
    spec="promise: `metrics.port`, `configuration.http.debug.addr`",
    remedy=_HIDDEN,
)
def promised_debug_port(context: Context) -> None:
    """The ports of metrics and debug pages are closed at the host that clients use.

    Prometheus reaches them inside the cluster.
    """
    host = urlsplit(context.client.url).hostname or ""
    for port in promise(context, "hidden_ports"):
        for path in context.expectations.hidden_paths or ():
            if _is_internal(_read_page(host, port, path)):
                raise CheckFailed(
                    f"port {port} of {host} is open, and {path} shows metrics or internals of the registry"
                )


def _is_internal(page: bytes) -> bool:
    return any(word in page for word in _INTERNALS)


def _read_page(host: str, port: int, path: str) -> bytes:
    """Return the beginning of a page over plain HTTP, b"" if there is none."""
    content = b""
    with suppress(OSError), socket.create_connection((host, port), _PORT_TIMEOUT) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        while len(content) < 256 * 1024 and (block := connection.recv(65536)):
            content += block
    return content


@check(
    "promised-catalog-limit",
    level=Level.READ,
    spec="promise: `configuration.catalog.maxentries`",
    remedy=Remedy(
        "Set `configuration.catalog.maxentries` to the limit.",
        sets={"configuration.catalog.maxentries": is_set},
        otherwise=f"A proxy in front can drop the query. {OR_ANOTHER}",
    ),
)
def promised_catalog_limit(context: Context) -> None:
    """The list of repositories has the limit that was promised.

    Programs that ask for more in one response get an error, and programs that rely on a page of 1,000 miss the rest.
    """
    limit = promise(context, "catalog_limit")
    source = context.expectations.source
    if _request_catalog(context, limit + 1).status != 400:
        raise CheckFailed(f"{source} promises at most {limit} repositories at once, but {limit + 1} are accepted")
    # Only a limit that is set: a page of the default limit can take the storage long.
    is_set_there = "configuration.catalog.maxentries" in context.expectations.settings
    if is_set_there and _request_catalog(context, limit).status == 400:
        raise CheckFailed(f"{source} promises up to {limit} repositories at once, but {limit} are refused")


def _request_catalog(context: Context, number: int) -> RegistryResponse:
    response = context.client.request("GET", f"/v2/_catalog?n={number}")
    if response.status in (401, 403, 404, 405):
        raise Skipped(f"not compared: the list of repositories cannot be read ({response.status})")
    return expect_status(response, 200, 400)


@check(
    "promised-image",
    level=Level.READ,
    spec="promise: `image.tag`",
    remedy=Remedy(
        "Set `image.repository` to library/registry, and `image.tag` to 3.1.1 or newer.",
        sets={"image.repository": "library/registry"},
        otherwise="The image is an older one: a mirror or a node has another under this tag (pin `image.digest`). "
        f"{OR_ANOTHER}",
    ),
)
def promised_image(context: Context) -> None:
    """The registry is of the version that was promised.

    Registry 2 has no OCI features, and ignores settings of version 3.
    """
    version = promise(context, "version")
    # Only version 3 looks at the number before the repository.
    response = context.client.request("GET", context.repository.path("tags/list?n=-1"))
    if response.status in ACCESS_REFUSED:
        raise Skipped(f"not compared: the user is not allowed to read the list of tags ({response.status})")
    if version >= 3 and response.status in (200, 404):
        raise CheckFailed(
            f"{context.expectations.source} promises registry {version}, which refuses a list of -1 tags (400), but "
            f"{request_line(response)} returned {response.status}, as registry 2 does"
        )


@check(
    "promised-validation",
    spec="promise: `configuration.validation`",
    remedy=Remedy(
        "Set `configuration.validation.manifests.indexes.platforms` to all, and `configuration.validation.disabled` to "
        "false.",
        sets={"configuration.validation.manifests.indexes.platforms": "all"},
        otherwise=ANOTHER,
    ),
)
def promised_validation(context: Context) -> None:
    """An index without one of its images is accepted or refused as promised.

    BuildKit pushes such indexes as caches, and copies of single platforms have them too.
    """
    is_refused = promise(context, "index_children")
    index = make_index([context.make_image("missing").descriptor()], {"org.example.made-by": context.seed})
    response = context.repository.put_manifest(index, index.digest)
    source, line = context.expectations.source, f"{request_line(response)} returned {response.status}"
    if is_refused and response.status == 201:
        raise CheckFailed(f"{source} promises that an index whose image is missing is refused, but {line}")
    if not is_refused and response.status != 201:
        raise CheckFailed(f"{source} promises that an index whose image is missing is accepted, but {line}", _ACCEPT)


CHECKS: tuple[Check, ...] = (
    promised_headers,
    promised_debug_hidden,
    promised_debug_port,
    promised_catalog_limit,
    promised_image,
    promised_validation,
)
