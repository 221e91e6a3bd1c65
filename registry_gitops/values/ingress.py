"""How clients outside the cluster reach the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from registry_gitops.masking import quote
from registry_gitops.model import EMPTY, Annotations, Hostname, ListOf, Model, OptionalName, custom_error

CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"
"""The deprecated annotation that `ingressClassName` replaces."""

_CONTROLLERS: Final = ("nginx", "traefik", "haproxy")

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
    """Hosts that are served with TLS. Upstream: IngressTLS (networking.k8s.io/v1)."""

    hosts: ListOf[Hostname] = ()
    """Host names in the certificate; none means all hosts."""

    secret_name: OptionalName = ""
    """Name of the Secret, type kubernetes.io/tls, with the certificate; "" is the controller's default certificate."""


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

    controller: Literal["", "nginx", "traefik", "haproxy", "none"] = ""
    """Kind of the controller, for annotations that admit large layers and slow clients: nginx (of Kubernetes or of F5),
    traefik, or haproxy (of HAProxy or of the community). "" is the kind that `ingressClassName` names, or else all;
    other controllers ignore them. "none" sets none. Traefik reads a request for 60 seconds at most by default, and no
    annotation changes that: set `respondingTimeouts.readTimeout` of its entry points to 0."""

    annotations: Annotations = EMPTY
    """More annotations of the Ingress, such as the issuer of cert-manager; they replace those of `controller`."""

    tls: bool = False
    """Whether `hostname` is served with TLS, by the certificate in `existingSecret`."""

    existing_secret: OptionalName = ""
    """Secret, type kubernetes.io/tls, with the certificate; "" is `<hostname>-tls`, which cert-manager can create."""

    extra_hosts: ListOf[ExtraHost] = ()
    """More host names of the registry."""

    extra_tls: ListOf[ExtraTls] = ()
    """More hosts with TLS."""

    @property
    def controllers(self) -> tuple[str, ...]:
        """The kinds of controllers whose annotations the chart sets: its `docker-registry.ingressControllers`."""
        if self.controller:
            return () if self.controller == "none" else (self.controller,)
        name = self.ingress_class_name or self.annotations.get(CLASS_ANNOTATION, "")
        return tuple(kind for kind in _CONTROLLERS if kind in name) or _CONTROLLERS

    instead: ClassVar[Mapping[str, str]] = {
        "hosts": "write hostname, and more hosts in extraHosts",
        "host": "write hostname",
        "className": "write ingressClassName",
        "class": "write ingressClassName",
        "ingressClass": "write ingressClassName",
        "labels": "write commonLabels at the top level of the values",
        "paths": "write path",
        "extraPaths": "write extraDeploy with an Ingress of your own",
        "extraRules": "write extraHosts, or extraDeploy with an Ingress of your own",
        "secretName": "write existingSecret",
        "tlsSecret": "write existingSecret",
        "tlsSecretName": "write existingSecret",
        "tlsEnabled": "write tls: true",
        "main": "write its keys directly below ingress",
        "certManager": "write the annotation cert-manager.io/cluster-issuer",
        "clusterIssuer": "write the annotation cert-manager.io/cluster-issuer",
        "selfSigned": "the chart creates no certificate, name its Secret in existingSecret",
        "secrets": "a private key stays out of the values, name its Secret in existingSecret",
        "apiVersion": "the chart knows it, leave it out",
        "servicePort": "it is service.ports.http, leave it out",
    }
    other_types: ClassVar[Mapping[str, str]] = {
        "tls": "must be true or false: write tls: true with hostname and existingSecret, and more certificates in "
        "extraTls",
        "extraHosts": "must be a list: write each host as `- name: HOST`",
    }
