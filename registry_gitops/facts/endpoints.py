"""Where clients reach the registry, over TLS or not, and who can: the chart's _network.tpl and service.yaml agree."""

from __future__ import annotations

from typing import Final

from registry_gitops.facts.authentication import AuthenticationFacts
from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.facts.object_names import ObjectNames
from registry_gitops.values import ExtraHost, Ingress, RegistryValues, registry_port


class Endpoints:
    """Addresses of the registry: by the Ingress if it has a usable host, else by a port-forward to localhost:5000."""

    def __init__(
        self, values: RegistryValues, names: ObjectNames, storage: StorageFacts, authentication: AuthenticationFacts
    ) -> None:
        http, service, ingress = values.configuration.http, values.service, values.ingress
        self.prefix: Final = (http.prefix or "").rstrip("/") if http else ""
        """Path in front of /v2/, for example /images."""
        self.is_headless: Final = service.cluster_ip == "None"
        """Whether the Service maps no ports, neither for Pods nor for `kubectl port-forward`."""
        self.port: Final = registry_port(values) if self.is_headless else service.ports.http
        """Port in the cluster."""
        self.service_address: Final = f"{names.full_name}.{names.target_namespace}.svc:{self.port}"
        """HOST:PORT for the Pods of the cluster."""
        self.port_forward: Final = f"{'deploy' if self.is_headless else 'svc'}/{names.full_name}"
        """Kind and name for `kubectl port-forward`."""
        self.is_node_port: Final = service.type == "NodePort"
        """Whether each node serves the registry."""
        self.is_load_balancer: Final = service.type == "LoadBalancer"
        """Whether a load balancer serves the registry."""
        self.has_tls_in_pod: Final = values.serves_tls
        """Whether the registry itself uses TLS: for the Service, and for what is in front of it."""
        self.needs_client_certificate: Final = values.demands_client_certificate
        """Whether the registry refuses clients without a certificate."""
        self.service_url: Final = f"{'https' if self.has_tls_in_pod else 'http'}://{self.service_address}{self.prefix}"
        """URL in front of /v2/ for the Pods of the cluster."""

        rules = _rules(ingress)
        self.ingress_hosts: Final = _hosts(rules, f"{self.prefix}/v2/")
        """Hosts by which the Ingress routes to the API, those without a wildcard first."""
        self.ingress_host: Final = _example(self.ingress_hosts[0]) if self.ingress_hosts else ""
        """The first of them, "" without any; registry.example.com for *.example.com."""
        self.has_tls: Final = bool(self.ingress_hosts) and _has_tls(ingress, self.ingress_hosts[0])
        """Whether the Ingress has a certificate for that host."""
        self.certificate_secret: Final = _certificate_secret(ingress)
        """Secret with the certificate of `ingress.hostname`, "" if it needs none."""
        self.accepts_any_host: Final = bool(rules) and not any(rule.name for rule in rules)
        """Whether the Ingress routes every name that resolves to its controller."""
        self.is_api_path_missing: Final = bool(rules) and not (self.ingress_hosts or self.accepts_any_host)
        """Whether the Ingress has hosts, but routes no host to the API."""
        roots = (rule for rule in rules if _example(rule.name) == self.ingress_host and _routes(rule, "/"))
        self.is_root_reachable: Final = not self.ingress_host or any(roots)
        """Whether clients reach the path /, which needs no credentials."""
        is_nginx = ingress.enabled and (not ingress.ingress_class_name or "nginx" in ingress.ingress_class_name)
        has_limit = "nginx.ingress.kubernetes.io/proxy-body-size" not in ingress.annotations
        self.has_nginx_limit: Final = is_nginx and storage.accepts_pushes and has_limit
        """Whether pushes exceed the default limit of ingress-nginx (1m), if that serves the Ingress."""

        self.host: Final = self.ingress_host or "localhost:5000"
        """HOST or HOST:PORT in names of images."""
        is_https = self.has_tls if self.ingress_host else self.has_tls_in_pod
        self.scheme: Final = "https" if is_https else "http"
        self.url: Final = f"{self.scheme}://{self.host}"
        self.base_url: Final = self.url + self.prefix
        """URL in front of /v2/."""
        is_exposed = self.is_node_port or self.is_load_balancer
        is_plain_ingress = not self.has_tls if self.ingress_hosts else self.accepts_any_host and not ingress.extra_tls
        self.is_reachable_without_tls: Final = (is_exposed and not self.has_tls_in_pod) or is_plain_ingress
        """Whether clients outside the cluster reach the registry over plain HTTP."""
        self.sends_passwords_without_tls: Final = self.is_reachable_without_tls and not authentication.is_anonymous
        """Whether those clients can send credentials over plain HTTP."""
        is_routed = bool(rules) and not self.is_api_path_missing
        is_open_service = is_exposed and not self.needs_client_certificate
        self.is_open_to_all: Final = authentication.is_anonymous and (is_open_service or is_routed)
        """Whether clients outside the cluster reach the registry, and need no credentials."""


def _rules(ingress: Ingress) -> tuple[ExtraHost, ...]:
    """Return the rules of the Ingress, () without an Ingress: the chart's `docker-registry.ingressHosts`."""
    if not ingress.enabled:
        return ()
    if ingress.extra_hosts and not ingress.hostname:
        return tuple(ingress.extra_hosts)
    return (ExtraHost(name=ingress.hostname, path=ingress.path, path_type=ingress.path_type), *ingress.extra_hosts)


def _hosts(rules: tuple[ExtraHost, ...], api: str) -> tuple[str, ...]:
    names = dict.fromkeys(rule.name for rule in rules if rule.name and _routes(rule, api))
    return tuple(sorted(names, key=lambda name: name.startswith("*")))


def _routes(rule: ExtraHost, path: str) -> bool:
    """Return whether requests below `path` follow the rule. ImplementationSpecific can mean that, and so counts."""
    if rule.path_type == "Prefix":
        return f"{path.rstrip('/')}/".startswith(f"{rule.path.rstrip('/')}/")
    return rule.path_type == "ImplementationSpecific"


def _has_tls(ingress: Ingress, host: str) -> bool:
    """Return whether the Ingress has a certificate for the host; one without hosts is for all."""
    if ingress.tls and host == ingress.hostname:
        return True
    domain = f"*.{host.partition('.')[2]}"
    return any(not tls.hosts or host in tls.hosts or domain in tls.hosts for tls in ingress.extra_tls)


def _certificate_secret(ingress: Ingress) -> str:
    """Return the name by the chart's `docker-registry.ingressTls`; that of a wildcard host has no `*`."""
    if not (ingress.enabled and ingress.tls and ingress.hostname):
        return ""
    return ingress.existing_secret or f"{ingress.hostname.replace('*', 'wildcard')}-tls"


def _example(host: str) -> str:
    return f"registry{host[1:]}" if host.startswith("*") else host
