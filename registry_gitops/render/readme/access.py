"""How clients reach the registry: by an Ingress where it has a usable name, else by a port-forward."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.render.readme.login import Login
from registry_gitops.render.readme.markdown import listing
from registry_gitops.render.readme.names import Names
from registry_gitops.values import ExtraHost, Ingress, RegistryValues

_NGINX_BODY_SIZE = "nginx.ingress.kubernetes.io/proxy-body-size"


class Access:
    """Addresses of the registry, and what stands between it and its clients."""

    def __init__(self, values: RegistryValues, names: Names, login: Login, *, takes_pushes: bool) -> None:
        http, service, self._ingress = values.configuration.http, values.service, values.ingress
        self._login, self._takes_pushes = login, takes_pushes
        self.prefix = (http.prefix or "").rstrip("/") if http else ""
        container_port = int(http.addr.rpartition(":")[2]) if http and http.addr else 5000
        # A headless Service maps no ports, neither for Pods nor for `kubectl port-forward`.
        self._headless = service.cluster_ip == "None"
        self.port = container_port if self._headless else service.ports.http
        self.forwarded = f"{'deploy' if self._headless else 'svc'}/{names.full}"
        self.service = f"{names.full}.{names.target}.svc:{self.port}"
        self._hosts = _hosts(self._ingress, f"{self.prefix}/v2/") if self._ingress.enabled else []
        self.ingress_host = _example(self._hosts[0]) if self._hosts else ""
        self.host = self.ingress_host or "localhost:5000"
        self.ingress_tls = bool(self._hosts) and _has_tls(self._ingress, self._hosts[0])
        self.scheme = "https" if self.ingress_tls else "http"
        self.url = f"{self.scheme}://{self.host}"
        self.base = self.url + self.prefix
        self.node_port = service.type == "NodePort"
        self.load_balancer = service.type == "LoadBalancer"

    @property
    def local(self) -> bool:
        """Whether commands go through a port-forward."""
        return not self.ingress_host

    @property
    def no_ingress(self) -> bool:
        """Whether there is no Ingress at all."""
        return not self._ingress.enabled

    @property
    def other_hosts(self) -> str:
        """More names of the registry."""
        return listing(self._hosts[1:])

    @property
    def nameless_ingress(self) -> bool:
        """Whether an Ingress leads to the registry by any name."""
        return self._ingress.enabled and not any(rule.name for rule in _rules(self._ingress))

    @property
    def lost_path(self) -> bool:
        """Whether the Ingress has a name, but leads past the API."""
        return self._ingress.enabled and not self.ingress_host and not self.nameless_ingress

    @property
    def root_reached(self) -> bool:
        """Whether clients reach the path "/", which needs no login."""
        rules = (rule for rule in _rules(self._ingress) if _example(rule.name) == self.ingress_host)
        return self.local or any(_leads_to(rule, "/") for rule in rules)

    @property
    def plain_ingress(self) -> bool:
        """Whether the Ingress that commands use has no TLS."""
        return bool(self.ingress_host) and not self.ingress_tls

    @property
    def plain(self) -> bool:
        """Whether the registry can be reached from outside the cluster without TLS."""
        bare = self.nameless_ingress and not self._ingress.extra_tls
        return self.node_port or self.load_balancer or self.plain_ingress or bare

    @property
    def no_tls(self) -> bool:
        """Whether nothing in the folder adds TLS."""
        return not self.ingress_tls

    @property
    def by_cluster_ip(self) -> bool:
        """Whether nodes can pull by the address of the Service, and by nothing better."""
        return not (self.ingress_tls or self._headless or self.prefix)

    @property
    def tls_login(self) -> bool:
        """Whether nodes can pull, with a password."""
        return self.ingress_tls and not self._login.none

    @property
    def tls_open(self) -> bool:
        """Whether nodes can pull, without a password."""
        return self.ingress_tls and self._login.none

    @property
    def open(self) -> bool:
        """Whether the registry can be reached from outside the cluster, without a login."""
        by_ingress = self._ingress.enabled and not self.lost_path
        return self._login.none and (by_ingress or self.node_port or self.load_balancer)

    @property
    def login_in_clear(self) -> bool:
        """Whether passwords travel from outside the cluster without TLS."""
        return self.plain and not self._login.none

    @property
    def nginx(self) -> bool:
        """Whether ingress-nginx may serve the Ingress, and refuse large layers."""
        ingress_class = self._ingress.ingress_class_name
        may_be = self._ingress.enabled and (not ingress_class or "nginx" in ingress_class)
        return may_be and self._takes_pushes and _NGINX_BODY_SIZE not in self._ingress.annotations


def secret_of(ingress: Ingress) -> str:
    """Name of the Secret with the certificate of `hostname`; that of a wildcard host has no `*`."""
    return ingress.existing_secret or f"{ingress.hostname.replace('*', 'wildcard')}-tls"


def _rules(ingress: Ingress) -> Iterator[ExtraHost]:
    """The rules of the Ingress, as the chart's _ingress.tpl makes them."""
    if ingress.hostname or not ingress.extra_hosts:
        yield ExtraHost(name=ingress.hostname, path=ingress.path, path_type=ingress.path_type)
    yield from ingress.extra_hosts


def _hosts(ingress: Ingress, api: str) -> list[str]:
    """The names by which the Ingress leads to the API, those without a wildcard first."""
    names = {rule.name: None for rule in _rules(ingress) if rule.name and _leads_to(rule, api)}
    return sorted(names, key=lambda name: name.startswith("*"))


def _leads_to(rule: ExtraHost, path: str) -> bool:
    """Whether requests below `path` follow the rule. ImplementationSpecific may mean anything, so it may mean that."""
    if rule.path_type == "Prefix":
        return f"{path.rstrip('/')}/".startswith(f"{rule.path.rstrip('/')}/")
    return rule.path_type == "ImplementationSpecific"


def _has_tls(ingress: Ingress, host: str) -> bool:
    """Whether the Ingress has a certificate for the host; one that names no hosts is for all."""
    if ingress.tls and host == ingress.hostname:
        return True
    domain = f"*.{host.partition('.')[2]}"
    return any(not tls.hosts or host in tls.hosts or domain in tls.hosts for tls in ingress.extra_tls)


def _example(host: str) -> str:
    return f"registry{host[1:]}" if host.startswith("*") else host
