"""Where clients reach the registry, over TLS or not, and who can: the chart's _network.tpl and service.yaml agree."""

from __future__ import annotations

from typing import Final

from registry_gitops.facts.authentication import AuthenticationFacts
from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.facts.object_names import ObjectNames
from registry_gitops.facts.public_routes import (
    certificate_secret,
    example_host,
    has_body_limit,
    has_certificate,
    ingress_hosts,
    ingress_rules,
    is_below,
    is_over_tls,
    is_routed,
)
from registry_gitops.values import RegistryValues, registry_port


class Endpoints:
    """Addresses of the registry: by a host of the Ingress or HTTPRoute, else by a port-forward to localhost:5000."""

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
        effective = values.effective_configuration.http
        tls = effective and effective.tls
        self.has_tls_in_pod: Final = bool(tls and tls.is_enabled)
        """Whether the registry itself uses TLS: for the Service, and for what is in front of it."""
        self.needs_client_certificate: Final = bool(tls and tls.requires_client_certificate)
        """Whether the registry refuses clients without a certificate."""
        self.service_url: Final = f"{'https' if self.has_tls_in_pod else 'http'}://{self.service_address}{self.prefix}"
        """URL in front of /v2/ for the Pods of the cluster."""

        api, route = f"{self.prefix}/v2/", values.http_route
        rules = ingress_rules(ingress)
        self.ingress_hosts: Final = ingress_hosts(rules, api)
        """Hosts by which the Ingress routes to the API, those without a wildcard first."""
        self.has_route: Final = route.enabled and is_below(api, route.path)
        """Whether an HTTPRoute routes to the API."""
        self.route_hosts: Final = tuple(route.hostnames) if self.has_route else ()
        """Hosts by which it does; none means the hosts of the Gateway's listeners."""
        hosts = dict.fromkeys((*self.ingress_hosts, *self.route_hosts))
        self.public_hosts: Final = tuple(sorted(hosts, key=lambda name: name.startswith("*")))
        """Hosts of both, those without a wildcard first."""
        self.public_host: Final = example_host(self.public_hosts[0]) if self.public_hosts else ""
        """The first of them, "" without any; registry.example.com for *.example.com."""
        has_ingress_tls = bool(self.ingress_hosts) and has_certificate(ingress, self.ingress_hosts[0])
        is_by_ingress = bool(self.ingress_hosts) and self.ingress_hosts[0] == self.public_hosts[0]
        self.has_tls: Final = has_ingress_tls if is_by_ingress else bool(self.route_hosts) and is_over_tls(route)
        """Whether clients reach that host over TLS: by a certificate of the Ingress, or a listener of the Gateway."""
        self.certificate_secret: Final = certificate_secret(ingress)
        """Secret with the certificate of `ingress.hostname`, "" if it needs none."""
        self.accepts_any_host: Final = bool(rules) and not any(rule.name for rule in rules)
        """Whether the Ingress routes every name that resolves to its controller."""
        self.is_api_path_missing: Final = bool(rules) and not (self.ingress_hosts or self.accepts_any_host)
        """Whether the Ingress has hosts, but routes no host to the API."""
        is_root_routed = route.path == "/" if not is_by_ingress else is_routed(rules, self.public_host, "/")
        self.is_root_reachable: Final = not self.public_host or is_root_routed
        """Whether clients reach the path /, which needs no credentials."""
        self.has_body_limit: Final = ingress.enabled and storage.accepts_pushes and has_body_limit(ingress)
        """Whether pushes exceed a limit of ingress-nginx, if that serves the Ingress."""
        is_by_traefik = ingress.enabled and "traefik" in ingress.controllers
        self.has_read_timeout: Final = is_by_traefik and storage.accepts_pushes
        """Whether pushes exceed the default timeout of Traefik (60s), if that serves the Ingress."""

        self.host: Final = self.public_host or "localhost:5000"
        """HOST or HOST:PORT in names of images."""
        is_https = self.has_tls if self.public_host else self.has_tls_in_pod
        self.scheme: Final = "https" if is_https else "http"
        self.url: Final = f"{self.scheme}://{self.host}"
        self.base_url: Final = self.url + self.prefix
        """URL in front of /v2/."""
        self.is_on_host_network: Final = values.host_network
        """Whether nodes serve the registry on the port of the container."""
        self.external_ips: Final = tuple(service.external_ips)
        """Addresses by which nodes serve it on the port of the Service."""
        is_exposed = self.is_node_port or self.is_load_balancer or values.host_network or bool(service.external_ips)
        is_plain_ingress = (
            not has_ingress_tls if self.ingress_hosts else self.accepts_any_host and not ingress.extra_tls
        )
        is_plain = is_plain_ingress or (self.has_route and not is_over_tls(route))
        self.is_reachable_without_tls: Final = (is_exposed and not self.has_tls_in_pod) or is_plain
        """Whether clients outside the cluster reach the registry over plain HTTP."""
        self.sends_passwords_without_tls: Final = self.is_reachable_without_tls and not authentication.is_anonymous
        """Whether those clients can send credentials over plain HTTP."""
        has_public_route = self.has_route or (bool(rules) and not self.is_api_path_missing)
        is_open_service = is_exposed and not self.needs_client_certificate
        self.is_open_to_all: Final = authentication.is_anonymous and (is_open_service or has_public_route)
        """Whether clients outside the cluster reach the registry, and need no credentials."""
