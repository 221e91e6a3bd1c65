"""How clients outside the cluster reach the registry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from registry_gitops.masking import quote
from registry_gitops.model import EMPTY, Annotations, DNSSubdomain, Hostname, ListOf, Model, OptionalName, custom_error

PathType = Literal["Prefix", "Exact", "ImplementationSpecific"]


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise custom_error("path", f'{quote(path)} is not the path of an Ingress: begin it with "/"')
    return path


IngressPath = Annotated[str, AfterValidator(_absolute), Field(json_schema_extra={"pattern": "^/"})]


class ExtraHost(Model):
    """Another host name of the registry."""

    name: Hostname
    """Name of the host. Upstream: IngressRule.host (networking.k8s.io/v1)."""

    path: IngressPath = "/"
    """Path below which requests go to the registry."""

    path_type: PathType = "Prefix"
    """How `path` is compared. Upstream: HTTPIngressPath.pathType."""


class ExtraTls(Model):
    """Another certificate. Upstream: IngressTLS (networking.k8s.io/v1)."""

    hosts: ListOf[Hostname] = ()
    """Host names in the certificate."""

    secret_name: DNSSubdomain
    """Name of the Secret, type kubernetes.io/tls, that holds the certificate."""


class Ingress(Model):
    """How clients outside the cluster reach the registry: the Ingress in front of the Service."""

    enabled: bool = False
    """Whether the registry is reachable through an Ingress."""

    hostname: Hostname = ""
    """Host name that clients use, such as registry.example.com. Upstream: IngressRule.host (networking.k8s.io/v1)."""

    path: IngressPath = "/"
    """Path below which requests go to the registry; clients expect `/v2/` at the root of the host."""

    path_type: PathType = "Prefix"
    """How `path` is compared. Upstream: HTTPIngressPath.pathType."""

    ingress_class_name: OptionalName = ""
    """Controller that serves the Ingress; "" is the cluster's default. Upstream: IngressSpec.ingressClassName."""

    annotations: Annotations = EMPTY
    """Annotations of the Ingress, such as the body size of ingress-nginx or the issuer of cert-manager."""

    tls: bool = False
    """Whether `hostname` is served with TLS, by the certificate in `existingSecret`."""

    existing_secret: OptionalName = ""
    """Secret, type kubernetes.io/tls, with the certificate; "" is `<hostname>-tls`, which cert-manager can create."""

    extra_hosts: ListOf[ExtraHost] = ()
    """More host names of the registry."""

    extra_tls: ListOf[ExtraTls] = ()
    """More certificates."""
