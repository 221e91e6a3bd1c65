"""What is in front of the registry speaks its TLS."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_WITH_CERTIFICATE = ("proxy-ssl-secret", "server-crt", "secure-crt-secret", "serverstransport")
"""Parts of annotations by which a controller gets a client certificate."""


def backend_tls(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The registry uses TLS, and the proxy in front of it cannot.

    Why: a Gateway sends plain HTTP to a Service without a BackendTLSPolicy, and clients get a 400 or 502. The chart
    sets the annotations of an Ingress for TLS, but its controller has no client certificate, if the registry demands
    one.

    Source: https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/

    Bad: `tls.enabled: true` with `httpRoute.enabled: true`   Good: a BackendTLSPolicy in `extraDeploy` in addition
    """
    values, endpoints = deployment.values, DeploymentFacts.of(deployment).endpoints
    if not endpoints.has_tls_in_pod:
        return
    kinds = {manifest["kind"] for manifest in values.extra_deploy}
    if values.http_route.enabled and "BackendTLSPolicy" not in kinds:
        yield (
            "values.httpRoute.enabled",
            "the Gateway sends plain HTTP, and the registry uses TLS: add a BackendTLSPolicy for its Service to "
            "extraDeploy, or set tls.enabled to false",
        )
    annotations = " ".join(values.ingress.annotations)
    has_certificate = any(part in annotations for part in _WITH_CERTIFICATE)
    if values.ingress.enabled and endpoints.needs_client_certificate and not has_certificate:
        yield (
            "values.ingress.enabled",
            "the registry demands a certificate, and the controller has none: set tls.clientAuthentication.mode to "
            "verify-client-cert-if-given, or name a client certificate in ingress.annotations (ingress-nginx: "
            "proxy-ssl-secret)",
        )
