"""What a deployment promises of its registry, as it is seen at one endpoint."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from registry_gitops.smoke import Expectations, at_least

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.facts import DeploymentFacts
    from registry_gitops.target.resolution import PortForwardTarget

_DEFAULT_LIMIT: Final = 1000
"""Repositories in one response of registry 3, without `configuration.catalog.maxentries`."""
_DEBUG_PORTS: Final = (5001, 5002)
"""Those of the image's own config.yml, and of the chart's sidecar."""
_BROAD_STORES: Final = {"gcs": "storage.googleapis.com", "s3": "amazonaws.com"}
_ACCESS_WORDS: Final = ("auth", "middlewares", "whitelist", "allowlist", "denylist", "oauth")
"""In annotations of an Ingress that lets in some clients only."""


class _View(NamedTuple):
    """A deployment, and from where its registry is seen."""

    facts: DeploymentFacts
    url: str
    """"" through a port-forward."""

    @property
    def is_public(self) -> bool:
        """Whether it is seen by a host name of its Ingress or HTTPRoute."""
        hosts = self.facts.endpoints.public_hosts
        return bool(self.url) and any(_matches(name, urlsplit(self.url).hostname or "") for name in hosts)

    @property
    def is_direct(self) -> bool:
        """Whether nothing is known to be in front of the Pod."""
        return not self.url or not self.facts.endpoints.public_host

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the host is this machine, whose other ports are not those of the registry."""
        return not self.url or _is_loopback(urlsplit(self.url).hostname or "")

    @property
    def http(self) -> Any:
        """`http` of config.yml, which the chart always sets."""
        return self.facts.deployment.values.effective_configuration.http


class _Promise(NamedTuple):
    """How to read one promise."""

    read: Callable[[_View], Any]
    keys: tuple[str, ...]
    """The chart values that decide it."""


def read_promises(deployment: RegistryDeployment, endpoint: str | PortForwardTarget, source: str) -> Expectations:
    """Return what a deployment promises of its registry at an endpoint. `source` names the deployment in messages.

    What depends on a variable of Flux, or on values that are not in the deployment, is not promised, and says why.
    """
    # Imported here: the models take longer than a URL needs.
    from registry_gitops.facts import DeploymentFacts, UnknownValues, values_in_force

    view = _View(DeploymentFacts(deployment), endpoint if isinstance(endpoint, str) else "")
    values = UnknownValues(deployment)
    unknown = {name: values.find_reason(promise.keys) for name, promise in _PROMISES.items()}
    unknown |= _unknown_from_there(view)
    known = {name: promise.read(view) for name, promise in _PROMISES.items() if not unknown.get(name)}
    reasons = {name: reason for name, reason in unknown.items() if reason}
    in_force = values_in_force(deployment.values)
    settings = {key: value for key, value in in_force.items() if not values.find_reason((key,))}
    return Expectations(**known, settings=settings, unknown=reasons, source=source)


def _unknown_from_there(view: _View) -> dict[str, str]:
    """Return what cannot be told at the endpoint, with the reason."""
    reasons: dict[str, str] = {}
    if view.url and not view.is_public and view.facts.endpoints.public_host:
        elsewhere = f"it is promised at {view.facts.endpoints.public_host}, and the registry was reached elsewhere"
        reasons |= dict.fromkeys(("tls", "certificate", "host_names", "client_certificate", "oldest_tls"), elsewhere)
    endpoints = view.facts.endpoints
    if view.is_on_this_machine and (endpoints.public_host or endpoints.is_node_port or endpoints.is_load_balancer):
        reasons["hidden_ports"] = "the ports of its host are not seen on this machine, or through a port-forward"
    if view.url and _limits_access(view):
        names = ("login", "anonymous_pull", "challenge")
        reasons |= dict.fromkeys(names, "`ingress.annotations` can let in some clients only")
    return reasons


def _limits_access(view: _View) -> bool:
    ingress = view.facts.deployment.values.ingress
    names = ingress.annotations if ingress.enabled else ()
    return any(word in name for name in names for word in _ACCESS_WORDS)


def _login(view: _View) -> bool:
    return not view.facts.authentication.is_anonymous


def _anonymous_pull(view: _View) -> bool | None:
    # A token server can grant pulls to everyone.
    return None if view.facts.authentication.is_token else not _login(view)


def _challenge(view: _View) -> Mapping[str, str] | None:
    auth = view.facts.deployment.values.effective_configuration.auth
    if auth.htpasswd and view.facts.authentication.is_htpasswd:
        return {"scheme": "basic", **_texts(realm=auth.htpasswd.realm)}
    if auth.token and view.facts.authentication.is_token:
        return {"scheme": "bearer", **_texts(realm=auth.token.realm, service=auth.token.service)}
    return None


def _texts(**parameters: str | None) -> dict[str, str]:
    return {name: text for name, text in parameters.items() if text}


def _tls(view: _View) -> bool | None:
    endpoints = view.facts.endpoints
    if view.is_public:
        return endpoints.has_tls
    # With another URL, a proxy that the deployment does not describe can add TLS.
    return endpoints.has_tls_in_pod or (None if view.url else False)


def _pod_tls(view: _View) -> Any:
    """Return `http.tls` of config.yml if clients make their handshakes with the Pod itself."""
    return view.http.tls if view.is_direct and view.facts.endpoints.has_tls_in_pod else None


def _oldest_tls(view: _View) -> str | None:
    tls = _pod_tls(view)
    return f"TLSv{(tls.minimum_tls or 'tls1.2').removeprefix('tls')}" if tls else None


def _relative_urls(view: _View) -> bool | None:
    # `host` overrides it.
    return None if view.http.host else bool(view.http.relative_urls)


def _host(view: _View) -> str | None:
    return view.http.host.rstrip("/") if view.http.host else None


def _host_names(view: _View) -> tuple[str, ...] | None:
    if not view.is_public:
        return None
    own = urlsplit(view.url).hostname
    return tuple(name for name in view.facts.endpoints.public_hosts if not name.startswith("*") and name != own) or None


def _redirect(view: _View) -> bool | None:
    middleware = view.facts.deployment.values.effective_configuration.middleware
    return None if middleware and middleware.storage else view.facts.storage.redirects_pulls


def _storage_host(view: _View) -> str | None:
    storage = view.facts.deployment.values.effective_configuration.storage
    if not _redirect(view):
        return None
    if storage.s3 and storage.s3.region_endpoint:
        endpoint = storage.s3.region_endpoint
        return urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").hostname
    if storage.azure:
        return storage.azure.realm if not storage.azure.service_url else None
    is_china = bool(storage.s3 and (storage.s3.region or "").startswith("cn-"))
    return None if is_china else _BROAD_STORES.get(view.facts.storage.driver)


def _headers(view: _View) -> Mapping[str, tuple[str, ...]] | None:
    return {name: tuple(values) for name, values in (view.http.headers or {}).items() if values} or None


def _hidden_paths(view: _View) -> tuple[str, ...]:
    return tuple(dict.fromkeys((view.facts.deployment.values.metrics.path, "/metrics", "/debug/vars")))


def _hidden_ports(view: _View) -> tuple[int, ...] | None:
    values = view.facts.deployment.values
    if view.is_on_this_machine:
        return None
    debug = view.http.debug.addr if view.http.debug else None
    ports = {*_DEBUG_PORTS, values.metrics.port, *([int(debug.rpartition(":")[2])] if debug else [])}
    shown = {urlsplit(view.url).port, *(port.port for port in values.service.extra_ports)}
    return tuple(sorted(ports - shown))


def _catalog_limit(view: _View) -> int | None:
    catalog = view.facts.deployment.values.effective_configuration.catalog
    limit = catalog.max_entries if catalog else None
    return limit or (_DEFAULT_LIMIT if _version(view) else None)


def _index_children(view: _View) -> bool | None:
    validation = view.facts.deployment.values.effective_configuration.validation
    if validation and validation.disabled:
        return False
    indexes = validation.manifests.indexes if validation and validation.manifests else None
    platforms = indexes.platforms if indexes else None
    return {None: True, "all": True, "none": False}.get(platforms)


def _version(view: _View) -> int | None:
    image = view.facts.deployment.values.image
    is_registry = image.repository in ("registry", "library/registry")
    return 3 if is_registry and at_least("3.1.1")(image.tag) else None


_AUTH: Final = ("auth", "configuration.auth")
_MODE: Final = ("proxy", "configuration.proxy", "configuration.storage.maintenance")
_TLS: Final = ("tls", "configuration.http.tls")
_ROUTES: Final = ("ingress", "httpRoute")
_STORAGE: Final = ("storage", "configuration.storage", "configuration.middleware")

_PROMISES: Final[Mapping[str, _Promise]] = {
    "login": _Promise(_login, _AUTH),
    "anonymous_pull": _Promise(_anonymous_pull, _AUTH),
    "challenge": _Promise(_challenge, _AUTH),
    "push": _Promise(lambda view: view.facts.storage.accepts_pushes, _MODE),
    "cache": _Promise(lambda view: view.facts.storage.is_cache, _MODE),
    "delete": _Promise(
        lambda view: view.facts.storage.accepts_deletions, (*_MODE, "deletion", "configuration.storage.delete")
    ),
    "tls": _Promise(_tls, (*_TLS, *_ROUTES)),
    "certificate": _Promise(lambda view: _tls(view) or None, (*_TLS, *_ROUTES)),
    "oldest_tls": _Promise(_oldest_tls, _TLS),
    "client_certificate": _Promise(
        lambda view: True if view.is_direct and view.facts.endpoints.needs_client_certificate else None, _TLS
    ),
    "relative_urls": _Promise(
        _relative_urls, ("http.relativeUrls", "configuration.http.relativeurls", "configuration.http.host")
    ),
    "host": _Promise(_host, ("configuration.http.host",)),
    "host_names": _Promise(_host_names, _ROUTES),
    "prefix": _Promise(lambda view: view.facts.endpoints.prefix, ("configuration.http.prefix",)),
    "replicas": _Promise(
        lambda view: view.facts.deployment.values.max_replicas or None, ("replicaCount", "autoscaling")
    ),
    "redirect": _Promise(_redirect, _STORAGE),
    "storage_host": _Promise(_storage_host, _STORAGE),
    "headers": _Promise(_headers, ("configuration.http.headers",)),
    "hidden_paths": _Promise(_hidden_paths, ("metrics", "configuration.http.debug")),
    "hidden_ports": _Promise(_hidden_ports, ("metrics", "configuration.http.debug", "service.extraPorts")),
    "catalog_limit": _Promise(_catalog_limit, ("configuration.catalog", "image")),
    "index_children": _Promise(_index_children, ("configuration.validation",)),
    "version": _Promise(_version, ("image",)),
}
"""Promise, by its name in `Expectations` -> how to read it, and what decides it."""


def _matches(name: str, host: str) -> bool:
    return host.partition(".")[2] == name[2:] if name.startswith("*.") else host == name


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
