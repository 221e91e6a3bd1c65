"""No certificate is requested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def certificate_without_tls(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Ingress asks for a certificate and has no TLS.

    Why: cert-manager creates certificates for the entries of `tls` of an Ingress, and this one has none.

    Source: https://cert-manager.io/docs/usage/ingress/

    Bad: the annotation cert-manager.io/cluster-issuer alone   Good: that, and `ingress.tls: true`
    """
    ingress = deployment.values.ingress
    asking = [
        key for key in ingress.annotations if re.match(r"cert-manager\.io/.*issuer$|kubernetes\.io/tls-acme$", key)
    ]
    if ingress.enabled and asking and not (ingress.tls or ingress.extra_tls):
        yield "values.ingress.tls", f"the annotation {asking[0]} has no effect without TLS: set ingress.tls to true"
