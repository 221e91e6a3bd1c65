"""Where clients reach the registry, over TLS or not, and who can."""

from __future__ import annotations

import pytest

from registry_gitops.facts import DeploymentFacts
from tests.facts.deployments import DEPLOYMENTS, facts_of, true_facts


@pytest.mark.parametrize(
    ("name", "base_url", "service_address", "port_forward"),
    [
        ("defaults", "http://localhost:5000", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        (
            "target namespace",
            "http://localhost:5000",
            "shared-docker-registry.shared.svc:5000",
            "svc/shared-docker-registry",
        ),
        ("headless", "http://localhost:5000", "docker-registry.docker-registry.svc:8080", "deploy/docker-registry"),
        ("host with TLS", "https://r.example.com", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        ("wildcard host", "https://r.example.org", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        ("another path", "http://localhost:5000", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        ("TLS in the Pod", "https://localhost:5000", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        ("gateway", "https://r.example.com", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
        (
            "gateway, plain",
            "http://r.example.com",
            "docker-registry.docker-registry.svc:5000",
            "svc/docker-registry",
        ),
        (
            "both routes",
            "https://r.example.com",
            "docker-registry.docker-registry.svc:5000",
            "svc/docker-registry",
        ),
        ("prefix", "http://r.example.com/images", "docker-registry.docker-registry.svc:5000", "svc/docker-registry"),
    ],
)
def test_addresses_are_those_of_the_ingress_and_the_service(
    name: str, base_url: str, service_address: str, port_forward: str
) -> None:
    endpoints = facts_of(name).endpoints
    assert endpoints.base_url == base_url
    assert endpoints.service_address == service_address
    assert endpoints.port_forward == port_forward


EXPOSED = {
    "headless": "is_headless is_root_reachable",
    "node port": "is_node_port is_root_reachable is_reachable_without_tls is_open_to_all",
    "load balancer with a login": (
        "is_load_balancer is_root_reachable is_reachable_without_tls sends_passwords_without_tls"
    ),
    "host network": "is_on_host_network is_root_reachable is_reachable_without_tls is_open_to_all",
    "external addresses": "is_root_reachable is_reachable_without_tls is_open_to_all",
    "gateway": "has_route has_tls is_root_reachable is_open_to_all",
    "gateway, plain": "has_route is_root_reachable is_reachable_without_tls is_open_to_all",
    "hosts of a gateway": "has_route is_root_reachable is_open_to_all",
    "both routes": "has_route has_tls is_root_reachable is_reachable_without_tls is_open_to_all",
    "certificate of the controller": "has_tls is_root_reachable has_body_limit is_open_to_all",
    "no annotations": "has_body_limit is_root_reachable is_reachable_without_tls is_open_to_all",
    "host with TLS": "has_tls is_root_reachable has_read_timeout is_open_to_all",
    "wildcard host": "has_tls has_read_timeout is_open_to_all",
    "any host": "accepts_any_host is_root_reachable has_read_timeout is_reachable_without_tls is_open_to_all",
    "any host with TLS": "accepts_any_host is_root_reachable has_read_timeout is_open_to_all",
    "another path": "is_api_path_missing is_root_reachable has_read_timeout",
    "path of the API alone": "has_read_timeout is_reachable_without_tls is_open_to_all",
    "TLS in the Pod": "is_load_balancer has_tls_in_pod is_root_reachable is_open_to_all",
    "client certificates": "is_load_balancer has_tls_in_pod needs_client_certificate is_root_reachable",
    "TLS in the Pod, behind a host with TLS": (
        "has_tls has_tls_in_pod is_root_reachable has_read_timeout is_open_to_all"
    ),
    "prefix": "has_read_timeout is_reachable_without_tls is_open_to_all",
}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_registry_is_exposed_by_what_the_service_and_the_ingress_route(name: str) -> None:
    assert true_facts(facts_of(name).endpoints) == set(EXPOSED.get(name, "is_root_reachable").split())


def test_hosts_with_a_wildcard_come_last_and_have_an_example() -> None:
    assert facts_of("wildcard host").endpoints.ingress_hosts == ("r.example.org", "*.example.com", "*.example.org")
    wildcard = DEPLOYMENTS["wildcard host"].derive(values={"ingress": {"extraHosts": None}})
    assert DeploymentFacts(wildcard).endpoints.host == "registry.example.com"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("any host with TLS", ""),
        ("host with TLS", "r.example.com-tls"),
        ("wildcard host", "wildcard.example.com-tls"),
        ("another path", "certificate"),
    ],
)
def test_certificate_is_the_named_secret_or_that_of_the_host(name: str, secret: str) -> None:
    assert facts_of(name).endpoints.certificate_secret == secret
