"""Promises that are kept and broken on real registries: what is described, what runs, and which checks tell."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from registry_gitops.smoke import Expectations
from tests.smoke.promises.running import Seen, Starting, Values, make_tls, merge, serve, start
from tests.smoke.servers.fleet import PASSWORD, USER
from tests.support.certificate import make_certificate
from tests.support.dated_certificate import make_dated_certificate
from tests.support.nginx import GOOD, Nginx
from tests.support.oci_registry import ServedRegistry
from tests.support.proxy import Service
from tests.support.s3 import S3
from tests.support.token_server import TokenServer

LOGIN: Final[Values] = {"auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}}}
DELETION: Final[Values] = {"deletion": {"enabled": True}}
READ_ONLY: Final[Values] = {"configuration": {"storage": {"maintenance": {"readonly": {"enabled": True}}}}}
CACHE: Final[Values] = {"proxy": {"enabled": True, "remoteUrl": "https://registry-1.docker.io"}}
TWO: Final[Values] = {
    "replicaCount": 2,
    "http": {"existingSecret": "uploads"},
    "persistence": {"accessModes": ["ReadWriteMany"]},
}
TLS: Final[Values] = {"tls": {"enabled": True, "existingSecret": "registry-tls"}}
PUBLIC: Final[Values] = {"ingress": {"enabled": True, "hostname": "localhost"}}

OTHER: Final = "another registry or an old Pod is behind this address"
ALREADY: Final = "already as"
LETS_IN: Final = "lets in everyone"


@dataclass(frozen=True)
class Pair:
    """A promise, once kept and once broken."""

    name: str
    described: Values | Expectations
    """The values in registry.yaml, or what --expect says."""
    kept: Starting = field(repr=False)
    broken: Starting = field(repr=False)
    caught_by: frozenset[str]
    """The checks that fail if it is broken, and no others."""
    remedy: str
    """Words of the remedy of each of them."""
    not_seen: frozenset[str] = frozenset()
    """Those of them that are skipped if it is kept."""


def pair(
    name: str,
    described: Values | Expectations,
    broken: Starting,
    *caught_by: str,
    remedy: str = ALREADY,
    kept: Starting | None = None,
    not_seen: Sequence[str] = (),
) -> Pair:
    """A row of the table. By default, what is described runs where the promise is kept."""
    if kept is None:
        assert not isinstance(described, Expectations)
        kept = serve(described)
    found, skipped = (frozenset(f"promised-{check}" for check in checks) for checks in (caught_by, not_seen))
    return Pair(name, described, kept, broken, found, remedy, skipped)


def _behind_nginx(values: Values, *settings: str, good: Sequence[str] = GOOD, **more: Any) -> Starting:
    """Start a registry behind nginx, as an Ingress controller would set it up, with further settings."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        registry = start(values, folder, stack, **more)
        proxy = stack.enter_context(Nginx(folder, registry.url, settings=(*good, *settings)))
        return Seen(proxy.url, bool(values.get("auth")))

    return starting


def _open(location: str, more: str = "") -> str:
    """Return a location of nginx that sends credentials of its own."""
    header = f'proxy_set_header Authorization "Basic {b64encode(f"{USER}:{PASSWORD}".encode()).decode()}";'
    return f"location {location} {{ {more} {header} proxy_set_header Host $http_host; proxy_pass http://registry; }}"


def run_two_pods(values: Values, *secrets: str, shared: bool = True) -> Starting:
    """Start two Pods behind a Service, with these secrets of uploads."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        pods = [
            start(values, folder, stack, data="data" if shared else f"data{number}", http={"secret": secret})
            for number, secret in enumerate(secrets)
        ]
        return Seen(stack.enter_context(Service(*(pod.url for pod in pods))).url)

    return starting


def _with_config(values: Values, **configuration: Any) -> dict[str, Any]:
    return merge(values, {"configuration": configuration})


def run_cache(folder: Path, stack: ExitStack) -> Seen:
    """Start a cache of a registry of our own."""
    upstream = stack.enter_context(ServedRegistry())
    values = merge(CACHE, {"proxy": {"remoteUrl": upstream.url}})
    return Seen(start(values, folder, stack).url)


class _ClosedTokenServer(TokenServer):
    """Lets nobody pull without a user."""

    def token(self, user: str, scopes: Sequence[str]) -> str:
        return super().token(user, scopes if user else ())


def _token(server: type[TokenServer]) -> Starting:
    def starting(folder: Path, stack: ExitStack) -> Seen:
        (folder / "token").mkdir()
        tokens = stack.enter_context(server(folder / "token", {USER: PASSWORD}))
        names = {"realm": tokens.realm, "service": tokens.service}
        # By the key set: for a certificate, the registry names the key in a way of its own if a coordinate begins
        # with a zero.
        keys = {"issuer": tokens.issuer, "jwks": str(tokens.key_set)}
        registry = start({}, folder, stack, auth={"token": {**names, **keys}})
        return Seen(registry.url, login=True, promised={"challenge": {"scheme": "bearer", **names}})

    return starting


def _bucket(values: Values, **promised: Any) -> Starting:
    """Start a registry with its images in a bucket."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        s3 = stack.enter_context(S3())
        s3.make_bucket("images")
        keys = {"accesskey": s3.access_key, "secretkey": s3.secret_key}
        registry = start(values, folder, stack, storage={"s3": {**s3.storage("images"), **keys}})
        return Seen(registry.url, promised=promised)

    return starting


def _pod_with_tls(values: Values = TLS, *, newest: str = "") -> Starting:
    """Start a registry that uses TLS itself, or nginx that does, up to a version."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        make_tls(folder, make_certificate(folder / "made"))
        if not newest:
            return serve(values)(folder, stack)
        registry = start({}, folder, stack)
        tls = make_certificate(folder / "made")
        settings = (*GOOD, f"ssl_protocols {newest};")
        proxy = stack.enter_context(Nginx(folder, registry.url, settings=settings, tls=tls))
        return Seen(proxy.url, ca_file=tls.certificate)

    return starting


def _host_names(*names: str) -> Starting:
    """Start a registry behind nginx that serves only these names."""
    others = "|".join(names).replace(".", "[.]")
    return _public(_behind_nginx({}, f"if ($host !~ ^({others})$) {{ return 404; }}"))


def _public(starting: Starting) -> Starting:
    """Reach a registry by the host name of its Ingress."""

    def named(folder: Path, stack: ExitStack) -> Seen:
        seen = starting(folder, stack)
        return Seen(seen.url.replace("127.0.0.1", "localhost"), seen.login, seen.ca_file, seen.verified)

    return named


def _ingress_with_tls(name: str = "registry for tests", *settings: str, verified: bool = True) -> Starting:
    """Start a registry behind nginx with TLS; `name` is the common name of its certificate."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        registry = start({}, folder, stack)
        tls = make_dated_certificate(folder, common_name=name)
        proxy = stack.enter_context(Nginx(folder, registry.url, settings=(*GOOD, *settings), tls=tls))
        return Seen(proxy.url, ca_file=tls.certificate, verified=verified)

    return _public(starting)


def _debug_page(location: str, page: str) -> Starting:
    """Start a registry whose debug server nginx shows at a location."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        debug = {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}}
        registry = start({}, folder, stack, http={"debug": debug})
        setting = f"location {location} {{ proxy_pass {registry.debug_url}{page}; }}"
        return Seen(stack.enter_context(Nginx(folder, registry.url, settings=(*GOOD, setting))).url)

    return starting


def _debug_port(*, is_open: bool) -> Starting:
    """Start a registry whose debug server listens at the same host, and promise that it is hidden there."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        debug = {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}}
        registry = start({}, folder, stack, http={"debug": debug} if is_open else {})
        port = int(registry.debug_url.rpartition(":")[2])
        return Seen(registry.url, promised={"hidden_ports": (port,)})

    return starting


def _http(**settings: Any) -> dict[str, Any]:
    return {"http": {"relativeUrls": "prefix" not in settings}, "configuration": {"http": settings}}


def _validation(platforms: str) -> dict[str, Any]:
    return {"configuration": {"validation": {"manifests": {"indexes": {"platforms": platforms}}}}}


S3_VALUES: Final[Values] = {
    "storage": {"type": "s3", "s3": {"bucket": "images", "regionEndpoint": "http://127.0.0.1:9000"}}
}
NO_REDIRECT: Final = merge(S3_VALUES, {"storage": {"s3": {"redirect": False}}})
TOKEN: Final[Values] = {
    "auth": {
        "token": {
            "enabled": True,
            "realm": "https://tokens.example.com/token",
            "service": "registry",
            "issuer": "tokens",
            "existingSecret": "keys",
            "jwksKey": "jwks.json",
        }
    }
}
NAMES: Final = merge(PUBLIC, {"ingress": {"extraHosts": [{"name": "images.example.com"}]}})
REACHED_BY_TLS: Final = merge(PUBLIC, {"ingress": {"tls": True}})
HOST: Final = "https://registry.example.com"
FIRST_PUSH: Final = "anonymous-pull"
"""The first check that pushes: it fails if pushes fail, and the others are skipped."""
STRICT_NAMES: Final = "if ($ssl_server_name != $host) { return 404; }"
"""As gateways that route by the name in the handshake."""
EVERYTHING: Final = ("login", "login-push", "anonymous-pull")


def _expect(**words: bool) -> Expectations:
    return Expectations(**words, source="--expect")  # type: ignore[arg-type]


PAIRS: Final = (
    pair("a login by htpasswd, but nobody needs one", LOGIN, serve({}), *EVERYTHING, remedy=LETS_IN),
    pair("no login, but everybody needs one", {}, serve(LOGIN), *EVERYTHING, remedy="wants a login of its own"),
    pair(
        "a login by token, but nobody needs one",
        TOKEN,
        serve({}),
        "login",
        "login-push",
        kept=_token(TokenServer),
        remedy=LETS_IN,
    ),
    pair(
        "a login by token, but it is one by htpasswd",
        TOKEN,
        serve(LOGIN),
        "challenge",
        kept=_token(TokenServer),
        remedy=OTHER,
    ),
    pair(
        "a realm, but it is that of another registry",
        LOGIN,
        serve(_with_config(LOGIN, auth={"htpasswd": {"realm": "Other"}})),
        "challenge",
        remedy=OTHER,
    ),
    pair(
        "a login, but blobs are open",
        LOGIN,
        _behind_nginx(LOGIN, _open("~ /blobs/sha256")),
        "login",
        "login-push",
        "anonymous-pull",
        remedy=LETS_IN,
    ),
    pair(
        "a login, but manifests are open for HEAD",
        LOGIN,
        _behind_nginx(
            LOGIN,
            _open("~ /manifests/", "error_page 418 = @open; if ($request_method = HEAD) { return 418; }").replace(
                "proxy_set_header Authorization", "proxy_set_header X-Nothing", 1
            ),
            _open("@open"),
        ),
        "login",
        "anonymous-pull",
        remedy=LETS_IN,
    ),
    pair(
        "a login, but the catalog is open",
        LOGIN,
        _behind_nginx(LOGIN, _open("= /v2/_catalog")),
        "login",
        remedy=LETS_IN,
    ),
    pair(
        "a login, but uploads are open",
        LOGIN,
        _behind_nginx(LOGIN, _open("~ /blobs/uploads/")),
        "login-push",
        remedy=LETS_IN,
    ),
    pair(
        "anonymous pulls next to a login, but nobody gets a token",
        _expect(login=True, anonymous_pull=True),
        _token(_ClosedTokenServer),
        "anonymous-pull",
        kept=_token(TokenServer),
        remedy="need a token server",
    ),
    pair(
        "no anonymous pulls, but everybody gets a token",
        _expect(login=True, anonymous_pull=False),
        _token(TokenServer),
        "anonymous-pull",
        kept=_token(_ClosedTokenServer),
        remedy="`auth.htpasswd.enabled`",
    ),
    pair(
        "pushes, but it is read-only",
        {},
        serve(READ_ONLY),
        "push",
        FIRST_PUSH,
        remedy="`garbageCollection.schedule`",
    ),
    pair("pushes, but it is a cache", {}, run_cache, "push", "cache", FIRST_PUSH),
    pair("read-only, but pushes are accepted", READ_ONLY, serve({}), "push", remedy=OTHER),
    pair("a cache, but pushes are accepted", CACHE, serve({}), "push", "cache", kept=run_cache, remedy=OTHER),
    pair("a cache, but it is read-only", CACHE, serve(READ_ONLY), "cache", kept=run_cache, remedy=OTHER),
    pair("deletion, but it is off", DELETION, serve({}), "deletion", remedy="refuses DELETE"),
    pair("no deletion, but it is on", {}, serve(DELETION), "deletion", remedy=OTHER),
    pair(
        "deletion, but a proxy refuses it",
        DELETION,
        _behind_nginx(DELETION, "if ($request_method = DELETE) { return 405; }"),
        "deletion",
        remedy="refuses DELETE",
    ),
    pair(
        "deletion, but a proxy refuses it for blobs",
        DELETION,
        _behind_nginx(DELETION, "set $no $request_method$uri; if ($no ~ ^DELETE.*/blobs/sha256) { return 403; }"),
        "deletion",
        remedy="refuses DELETE",
    ),
    pair(
        "paths in Location, but they are whole URLs",
        {},
        serve({"http": {"relativeUrls": False}}),
        "relative-urls",
        remedy="proxy_redirect",
    ),
    pair(
        "whole URLs in Location, but they are paths",
        {"http": {"relativeUrls": False}},
        serve({}),
        "relative-urls",
        remedy=OTHER,
    ),
    pair(
        "paths in Location, but a proxy makes them whole",
        {},
        _behind_nginx({}, "absolute_redirect on; proxy_redirect / https://$http_host/;"),
        "relative-urls",
        remedy="proxy_redirect",
    ),
    pair("a host, but it is another one", _http(host=HOST), serve(_http(host="https://old.example.com")), "host"),
    pair("a host, but there is none", _http(host=HOST), serve({}), "host"),
    pair(
        "a path, but there is none",
        _http(prefix="/images"),
        serve({"http": {"relativeUrls": False}}),
        "prefix",
        kept=serve(_http(prefix="/images"), path="/images"),
    ),
    pair(
        "another path than the one in use",
        {"http": {"relativeUrls": False}},
        serve(_http(prefix="/images"), path="/images"),
        "prefix",
    ),
    pair(
        "other names, but one is not routed",
        NAMES,
        _host_names("localhost"),
        "host-names",
        kept=_host_names("localhost", "images.example.com"),
        remedy="does not route",
    ),
    pair(
        "other names over TLS, but one is not routed",
        merge(NAMES, {"ingress": {"tls": True}}),
        _ingress_with_tls("localhost", STRICT_NAMES, "if ($host = images.example.com) { return 404; }"),
        "host-names",
        kept=_ingress_with_tls("localhost", STRICT_NAMES),
        remedy="does not route",
    ),
    pair(
        "two Pods that share uploads, but each has a secret of its own",
        TWO,
        run_two_pods(TWO, "one", "two"),
        "replicas",
        kept=run_two_pods(TWO, "same", "same"),
        remedy="`kubectl get endpointslices`",
    ),
    pair(
        "two Pods with one storage, but each has a volume of its own",
        TWO,
        run_two_pods(TWO, "same", "same", shared=False),
        "replicas",
        kept=run_two_pods(TWO, "same", "same"),
        remedy="`kubectl get endpointslices`",
    ),
    pair(
        "one Pod, but another one responds too",
        {},
        run_two_pods({}, "one", "two", shared=False),
        "replicas",
        remedy="`kubectl get endpointslices`",
    ),
    pair(
        "redirects to a bucket, but the registry sends blobs",
        S3_VALUES,
        _bucket(NO_REDIRECT),
        "redirect",
        kept=_bucket(S3_VALUES),
        remedy=OTHER,
    ),
    pair(
        "no redirects to a bucket, but there are some",
        NO_REDIRECT,
        _bucket(S3_VALUES),
        "redirect",
        kept=_bucket(NO_REDIRECT),
        remedy=OTHER,
    ),
    pair(
        "a volume, but the images are in a bucket",
        {},
        _bucket(S3_VALUES),
        "redirect",
        remedy="`configuration.storage.redirect.disable`",
    ),
    pair(
        "a bucket, but the images are in another one",
        merge(S3_VALUES, {"storage": {"s3": {"regionEndpoint": "https://minio.example.com"}}}),
        _bucket(S3_VALUES),
        "redirect",
        kept=lambda folder, stack: Seen(_bucket(S3_VALUES)(folder, stack).url, promised={"storage_host": "127.0.0.1"}),
        remedy=OTHER,
    ),
    pair(
        "a header, but it is missing",
        _http(headers={"Strict-Transport-Security": ["max-age=600"]}),
        serve({}),
        "headers",
    ),
    pair(
        "a header, but a proxy hides it",
        {},
        _behind_nginx({}, "proxy_hide_header X-Content-Type-Options;"),
        "headers",
        remedy="`ingress.annotations`",
    ),
    pair(
        "a header, but a proxy replaces it",
        _http(headers={"X-Frame-Options": ["DENY"]}),
        _behind_nginx(
            _http(headers={"X-Frame-Options": ["DENY"]}),
            "proxy_hide_header X-Frame-Options; add_header X-Frame-Options SAMEORIGIN always;",
        ),
        "headers",
        remedy="`ingress.annotations`",
    ),
    pair(
        "hidden metrics, but a proxy shows them",
        {},
        _debug_page("= /metrics", "/metrics"),
        "debug-hidden",
        remedy="`metrics.enabled`",
    ),
    pair(
        "hidden debug pages, but a proxy shows them",
        {},
        _debug_page("/debug/", "/debug/"),
        "debug-hidden",
        remedy="`metrics.enabled`",
    ),
    pair(
        "a hidden debug port, but it is open",
        {},
        _debug_port(is_open=True),
        "debug-port",
        kept=_debug_port(is_open=False),
        remedy="`metrics.enabled`",
    ),
    pair(
        "a limit of the catalog, but there is a higher one",
        {"configuration": {"catalog": {"maxentries": 5}}},
        serve({}),
        "catalog-limit",
    ),
    pair(
        "a limit of the catalog, but there is a lower one",
        {"configuration": {"catalog": {"maxentries": 2000}}},
        serve({}),
        "catalog-limit",
    ),
    pair(
        "registry 3, but it is registry 2",
        {},
        serve({}, binary="docker-registry"),
        "image",
        "validation",
        remedy=OTHER,
    ),
    pair("whole indexes, but others are accepted", _validation("all"), serve(_validation("none")), "validation"),
    pair("any indexes, but some are refused", _validation("none"), serve(_validation("all")), "validation"),
    pair("TLS, but there is none", TLS, serve({}), "tls", kept=_pod_with_tls(), remedy="Use the https URL"),
    pair(
        "no TLS, but there is some",
        _expect(tls=False),
        _pod_with_tls(),
        "tls",
        kept=serve({}),
        remedy="Use the https URL",
    ),
    pair(
        "TLS 1.3, but older versions are accepted",
        merge(TLS, {"tls": {"minimumVersion": "tls1.3"}}),
        _pod_with_tls(),
        "tls-version",
        kept=_pod_with_tls(merge(TLS, {"tls": {"minimumVersion": "tls1.3"}})),
    ),
    pair("TLS 1.2, but it is refused", TLS, _pod_with_tls(newest="TLSv1.3"), "tls-version", kept=_pod_with_tls()),
    pair(
        "a certificate, but it is the default one of the controller",
        REACHED_BY_TLS,
        _ingress_with_tls("Kubernetes Ingress Controller Fake Certificate", verified=False),
        "certificate",
        kept=_ingress_with_tls(),
        remedy="`kubectl get secret`",
    ),
)
