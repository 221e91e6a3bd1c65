"""Faults of headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from registry_gitops.registry.messages import Request, Response
from tests.smoke.faults.fault import Fault, fault
from tests.smoke.faults.real_nginx import behind_nginx, nginx_fault
from tests.smoke.mutants.breaking import (
    ANY,
    BLOB,
    MANIFEST,
    SESSION,
    Change,
    Core,
    Edit,
    answered,
    both,
    header,
    instead,
    without,
)

KIND: Final = "headers"
TYPE: Final = "Content-Type"
DIGEST: Final = "Docker-Content-Digest"
CHALLENGE: Final = "WWW-Authenticate"
HEADERS: Final = "nginx: proxy_hide_header"
REALM: Final = 'Basic realm="Registry"'


def _lines(name: str, *values: str) -> Edit:
    """A header has these lines."""

    def edit(response: Response) -> Response:
        without(name)(response)
        response.headers = [*response.headers, *((name, value) for value in values)]
        return response

    return edit


def _moved(location: str) -> str:
    return location.replace("/v2/", "/repository/v2/")


def _moved_back(right: Core, request: Request) -> Response:
    return right(replace(request, path=request.path.removeprefix("/repository")))


def _redirected(right: Core, request: Request) -> Response:
    response = right(request)
    if response.status != 200:
        return response
    return Response(307, [("Location", f"/storage{request.path}?X-Amz-Signature=0")])


def _two_logins(right: Core, request: Request) -> Response:
    text = b"<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"
    return Response(400, [("Content-Type", "application/xml")], [text])


def _accepts(change: Callable[[str], str]) -> Change:
    """The registry gets another Accept header than the client sent."""

    def answer(right: Core, request: Request) -> Response:
        headers = {**request.headers, "accept": change(request.headers.get("accept", ""))}
        return right(replace(request, headers=headers))

    return instead("GET|HEAD", MANIFEST, answer)


FAULTS: tuple[Fault, ...] = (
    fault(
        "HEAD of a manifest has no digest",
        "deitch/docker_registry2#83",
        answered("HEAD", MANIFEST, without(DIGEST)),
        "manifest-headers",
        remedy=HEADERS,
        kind=KIND,
    ),
    fault(
        "the response to the push of a manifest has no digest",
        "distribution/distribution#3848",
        answered("PUT", MANIFEST, without(DIGEST)),
        "manifest-headers",
        remedy=HEADERS,
        kind=KIND,
    ),
    fault(
        "HEAD of an index has the digest of an image in it",
        "keel-hq/keel#717",
        answered("HEAD", MANIFEST, header(DIGEST, f"sha256:{'0' * 64}"), status=200),
        *("manifest-headers", "manifest-head"),
        remedy="proxy in front of the registry",
        kind=KIND,
    ),
    nginx_fault(
        "nginx hides the digests",
        "distribution/distribution#3792",
        behind_nginx(f"proxy_hide_header {DIGEST};"),
        "manifest-headers",
        remedy=HEADERS,
        kind=KIND,
    ),
    nginx_fault(
        "nginx adds a charset to the types of manifests",
        "camallo/dkregistry-rs#82",
        behind_nginx("charset utf-8;", "charset_types *;"),
        "manifest-headers",
        remedy="charset",
        kind=KIND,
    ),
    fault(
        "HEAD of a manifest has no type",
        "goharbor/harbor#13740",
        answered("HEAD", MANIFEST, without(TYPE), status=200),
        *("manifest-headers", "manifest-head", "manifest-accept-clients"),
        remedy="proxy in front of the registry",
        kind=KIND,
    ),
    fault(
        "only the first type of Accept arrives",
        "concourse/docker-image-resource#41",
        _accepts(lambda accept: accept.partition(",")[0]),
        *("manifest-accept-clients", "manifest-accept"),
        remedy="proxy in front of the registry",
        kind=KIND,
    ),
    nginx_fault(
        "nginx cuts the port off the host",
        "distribution/distribution#2572",
        behind_nginx("proxy_set_header Host $host;", without="Host"),
        "upload-location",
        remedy="`http.relativeUrls`",
        kind=KIND,
    ),
    nginx_fault(
        "nginx cuts the query off Location",
        "oras-project/oras-dotnet#132",
        behind_nginx("proxy_redirect ~^([^?]*) $1;"),
        "upload-monolithic",
        remedy="proxy-redirect-from",
        kind=KIND,
    ),
    nginx_fault(
        "nginx cuts the query off the requests",
        "openfoodfacts/openfoodfacts-server#5306",
        behind_nginx("location /v2/ { proxy_pass http://registry$uri; }"),
        "upload-monolithic",
        remedy="$request_uri",
        kind=KIND,
    ),
    fault(
        "Negotiate is offered before Basic, in a line of its own",
        "google/go-containerregistry#1075",
        answered(ANY, ANY, _lines(CHALLENGE, "Negotiate", REALM), status=401),
        "login-schemes",
        remedy="in a line of its own",
        kind=KIND,
        guarded=True,
    ),
    fault(
        "Negotiate and Basic are offered in one line",
        "podman-container-tools/skopeo#375",
        answered(ANY, ANY, _lines(CHALLENGE, f"Negotiate, {REALM}"), status=401),
        "login-schemes",
        remedy="in a line of its own",
        kind=KIND,
        guarded=True,
    ),
    fault(
        "Bearer is offered besides Basic, without a token server",
        "siderolabs/image-factory#573",
        answered(ANY, ANY, _lines(CHALLENGE, REALM, 'Bearer realm="registry"'), status=401),
        "login-token",
        remedy="in a line of its own",
        kind=KIND,
        guarded=True,
    ),
    fault(
        "only the 401 of /v2/ has a challenge",
        "TimWolla/haproxy-auth-request#33",
        answered(ANY, "/v2/.+", without(CHALLENGE), status=401),
        "login-challenge-everywhere",
        remedy="in a line of its own",
        kind=KIND,
        guarded=True,
    ),
    nginx_fault(
        "nginx removes Authorization from PATCH",
        "moby/moby#17104",
        behind_nginx(
            "set $authorization $http_authorization;",
            'if ($request_method = PATCH) { set $authorization ""; }',
            "proxy_set_header Authorization $authorization;",
            login=True,
        ),
        *("upload-chunked", "upload-streamed", "upload-last-chunk", "upload-resumed", "upload-out-of-order"),
        *("upload-cancelled", "upload-wrong-digest", "upload-location", "replicas-upload"),
        remedy="proxy_set_header Authorization",
        kind=KIND,
    ),
    fault(
        "Location of an upload is outside of /v2/, where Docker sends no credentials",
        "nexspence/nexspence#61",
        both(
            answered("POST|PATCH", ANY, header("Location", _moved)),
            instead(ANY, "/repository/v2/.*", _moved_back),
        ),
        "upload-location",
        remedy="`http.relativeUrls`",
        kind=KIND,
        guarded=True,
    ),
    fault(
        "the response to a chunk has no Location",
        "containers/image#756",
        answered("PATCH", SESSION, without("Location"), status=202),
        *("upload-chunked", "upload-streamed"),
        remedy="proxy-request-buffering",
        kind=KIND,
    ),
    fault(
        "blobs are redirected to storage that refuses the credentials of the registry",
        "moby/moby#50065",
        both(instead("GET", BLOB, _redirected), instead("GET", "/storage/.*", _two_logins)),
        *("upload-monolithic", "blob-get"),
        remedy="`configuration.storage.redirect.disable`",
        kind=KIND,
        guarded=True,
    ),
)
