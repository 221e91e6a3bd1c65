"""Uploads stay at the host that clients reach."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.masking import quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def advertised_host(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`configuration.http.host` leads to another place than the Ingress or the HTTPRoute.

    Why: the registry puts this URL into the Location of each upload, also with relative URLs. Clients begin a push at
    one host, and continue it at another one, or over plain HTTP.

    Source: https://distribution.github.io/distribution/about/configuration/#http

    Bad: `configuration.http.host: https://registry.example.com` with `ingress.hostname: images.example.com`
    Good: no `configuration.http.host`
    """
    http, endpoints = deployment.values.effective_configuration.http, DeploymentFacts.of(deployment).endpoints
    url = urlsplit((http and http.host) or "")
    accepts_any_host = endpoints.accepts_any_host or (endpoints.has_route and not endpoints.route_hosts)
    if not url.hostname or not endpoints.public_hosts or accepts_any_host:
        return
    key = "values.configuration.http.host"
    if not any(_matches(url.hostname, host.lower()) for host in endpoints.public_hosts):
        yield (
            key,
            f"uploads are sent to {quote(url.hostname)}, and clients reach the registry at {endpoints.public_host}: "
            "remove it, or write that host",
        )
    elif url.scheme == "http" and endpoints.has_tls:
        yield key, "uploads are sent over plain HTTP, and clients use HTTPS: remove it, or begin with https://"


def _matches(host: str, pattern: str) -> bool:
    return host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
