"""Faults of filters in front."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from registry_gitops.registry.messages import Request, Response
from registry_gitops.smoke import Level
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.faults.real_nginx import behind_nginx, nginx_fault
from tests.smoke.mutants.breaking import ANY, MANIFEST, SESSION, UPLOADS, Change, Core, Sent, instead, received

KIND = "filters"
MIB = 1024 * 1024

FILTERED = "exempt /v2/"
ENCODED = "proxy_pass without a path"
LONG_HEADERS = "large_client_header_buffers"
TOO_LARGE = "proxy-body-size"

PATCHING = ("upload-chunked", "upload-streamed", "upload-resumed", "upload-out-of-order", "upload-cancelled")

_fault = partial(fault, kind=KIND)
_nginx = partial(nginx_fault, kind=KIND)


def _page(status: int) -> Response:
    """The error page of a proxy."""
    text = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx</body></html>"
    return Response(status, [("Content-Type", "text/html")], [text.encode()])


def _refused(method: str, path: str, status: int) -> Change:
    """Such requests get a page of the proxy."""

    def answer(right: Core, request: Request) -> Response:
        received(request)
        return _page(status)

    return instead(method, path, answer)


def _refused_with(name: str, pattern: str, status: int, method: str = ANY) -> Change:
    """Requests whose header matches a pattern get a page of the proxy."""

    def answer(right: Core, request: Request) -> Response:
        if not re.search(pattern, request.headers.get(name, ""), re.IGNORECASE):
            return right(request)
        received(request)
        return _page(status)

    return instead(method, ANY, answer)


def _home_page(right: Core, request: Request) -> Response:
    """Only Docker is sent to the registry: other programs get the pages of the same host."""
    is_known = re.search("^(docker|registry-gitops)/", request.headers.get("user-agent", ""))
    return right(request) if is_known else _page(200)


def _inspected(pattern: bytes, method: str = "POST|PUT|PATCH", content_type: str = "") -> Change:
    """A web application firewall looks for a pattern in the bodies of requests."""

    def answer(right: Core, request: Request) -> Response:
        content = received(request)
        is_seen = content_type in request.headers.get("content-type", "") and re.search(pattern, content, re.IGNORECASE)
        return _page(403) if is_seen else right(replace(request, body=Sent(content)))

    return instead(method, ANY, answer)


def _at_most(size: int, status: int, method: str = "POST|PUT|PATCH") -> Change:
    def answer(right: Core, request: Request) -> Response:
        content = received(request)
        return _page(status) if len(content) > size else right(replace(request, body=Sent(content)))

    return instead(method, ANY, answer)


def _encoded_again(right: Core, request: Request) -> Response:
    return right(replace(request, query=request.query.replace("%3A", "%253A")))


def _refused_query(right: Core, request: Request) -> Response:
    return _page(403) if "%2f" in request.query.lower() else right(request)


def _without_length(right: Core, request: Request) -> Response:
    if request.method in ("PUT", "PATCH") and request.body.length is None:
        received(request)
        return _page(411)
    return right(request)


def _challenged(right: Core, request: Request) -> Response:
    """What Anubis does to those who send no Accept."""
    return right(request) if "accept" in request.headers else _page(200)


def _long_url(right: Core, request: Request) -> Response:
    return _page(414) if len(request.path) + len(request.query) > 1024 else right(request)


FAULTS: tuple[Fault, ...] = (
    _nginx(
        "nginx that refuses the programs of a list",
        "kubernetes/registry.k8s.io#286",
        behind_nginx('if ($http_user_agent ~* "cri-o|containerd|buildkit|python|curl") { return 403; }'),
        *("filter-agents", "filter-agents-push"),
        remedy=FILTERED,
    ),
    _nginx(
        "nginx that closes the connection of Go programs",
        "moby/buildkit#5334",
        behind_nginx('if ($http_user_agent ~* "^go-http-client") { return 444; }'),
        "filter-agents",
        remedy=FILTERED,
    ),
    _fault(
        "only Docker is sent to the registry",
        "regclient/regclient#145",
        instead(ANY, ANY, _home_page),
        *("filter-agents", "filter-agents-push"),
        remedy=FILTERED,
    ),
    _fault(
        "pushes by other programs than Docker are refused",
        "podman-container-tools/buildah#573",
        _refused_with("user-agent", "libpod|buildah", 403, "POST|PUT|PATCH"),
        "filter-agents-push",
        remedy=FILTERED,
    ),
    _fault(
        "a firewall that looks for shell commands",
        "goharbor/harbor#20950",
        _inspected(rb"/bin/sh\s|/etc/passwd"),
        "filter-bodies",
        remedy=FILTERED,
    ),
    _fault(
        "a firewall that looks for scripts in JSON",
        "kodustech/kodus-ai#1886",
        _inspected(rb"<script", "PUT", "json"),
        "filter-bodies",
        remedy=FILTERED,
    ),
    _fault(
        "a firewall that looks for SQL in uploads",
        "appsmithorg/appsmith#28831",
        _inspected(rb"union\s+select", "PATCH"),
        "filter-bodies",
        remedy=FILTERED,
    ),
    _fault(
        "no PATCH",
        "moby/moby#27877",
        _refused("PATCH", ANY, 405),
        *(*PATCHING, "upload-location", "replicas-upload", "filter-methods", "filter-bodies"),
        remedy=FILTERED,
    ),
    _fault(
        "no DELETE",
        "kwk/docker-registry-frontend#69",
        _refused("DELETE", ANY, 405),
        "filter-methods",
        remedy=FILTERED,
    ),
    _fault(
        "no HEAD of manifests",
        "oras-project/oras-go#882",
        _refused("HEAD", MANIFEST, 405),
        *("filter-methods", "manifest-head", "manifest-missing", "manifest-conditional", "download-lengths"),
        remedy=FILTERED,
    ),
    _nginx(
        "nginx that allows GET only",
        "kwk/docker-registry-frontend#182",
        behind_nginx("if ($request_method !~ ^(GET|HEAD)$) { return 403; }"),
        "upload-monolithic",
        remedy=FILTERED,
    ),
    _nginx(
        "nginx that routes names with a slash only",
        "kubernetes/ingress-nginx#3032",
        behind_nginx(r"location ~ ^/v2/[^/]+/(manifests|blobs|tags)/ { return 404; }"),
        "filter-names",
        remedy=FILTERED,
    ),
    _nginx(
        "nginx that hides files",
        "go-gitea/gitea#26922",
        behind_nginx(r"location ~* \.(git|env|sql|bak|exe)(/|$) { deny all; }"),
        "filter-names",
        remedy=FILTERED,
    ),
    _nginx(
        "nginx with short header buffers",
        "coollabsio/coolify#11403",
        behind_nginx("client_header_buffer_size 1k;", "large_client_header_buffers 4 4k;"),
        "filter-headers",
        remedy=LONG_HEADERS,
    ),
    _fault(
        "URLs of at most 1024 bytes",
        "goharbor/harbor#14414",
        instead(ANY, ANY, _long_url),
        "filter-headers",
        remedy=LONG_HEADERS,
    ),
    _fault(
        "the digest in a query is encoded again",
        "portainer/portainer#6479",
        instead(ANY, SESSION, _encoded_again),
        "filter-encodings",
        remedy=ENCODED,
    ),
    _fault(
        "no slash in a query",
        "snagles/docker-registry-manager#190",
        instead("POST", UPLOADS, _refused_query),
        "filter-encodings",
        remedy=ENCODED,
    ),
    _fault(
        "no Expect",
        "docker-archive/docker-registry#460",
        _refused_with("expect", "100-continue", 417),
        "filter-encodings",
        remedy=ENCODED,
    ),
    _nginx(
        "nginx that removes the slash at the end",
        "distribution/distribution#970",
        behind_nginx("rewrite ^(/v2/.+)/$ $1 permanent;"),
        "upload-monolithic",
        remedy="keep the slash",
    ),
    _fault(
        "no upload without a length",
        "goharbor/harbor#12373",
        instead(ANY, ANY, _without_length),
        "upload-streamed",
        remedy="proxy-request-buffering",
    ),
    _nginx(
        "nginx that cannot write what it receives",
        "cloudfoundry-community/docker-registry-boshrelease#44",
        behind_nginx(without="proxy_request_buffering", unwritable="client_body"),
        "upload-2-mb",
        remedy="client_body_temp_path",
    ),
    _fault(
        "tags in lower case",
        "singularityhub/sregistry-cli#133",
        instead(ANY, MANIFEST, lambda right, request: right(replace(request, path=request.path.lower()))),
        "filter-tags",
        remedy=FILTERED,
    ),
    _fault(
        "a challenge for browsers",
        "TecharoHQ/anubis#1252",
        instead(ANY, ANY, _challenged),
        *("filter-agents", "download"),
        remedy=FILTERED,
    ),
    _fault(
        "streams of at most 1 MB",
        "distribution/distribution#2147",
        _at_most(MIB, 413, "PATCH"),
        "upload-2-mb",
        remedy=TOO_LARGE,
    ),
    _fault(
        "streams of at most 2 MB",
        "traefik/traefik#8005",
        _at_most(2 * MIB, 413, "PATCH"),
        "large-stream",
        remedy=TOO_LARGE,
        level=Level.FULL,
    ),
    _fault(
        "bodies of at most 2 MB",
        "rancher-sandbox/rancher-desktop#3599",
        _at_most(2 * MIB, 413),
        *("large-layer", "large-stream"),
        remedy=TOO_LARGE,
        level=Level.FULL,
    ),
)
