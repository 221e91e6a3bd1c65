"""How clients outside the cluster reach the registry through a Gateway."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from registry_gitops.model import (
    EMPTY,
    SUBDOMAIN,
    SUBDOMAIN_REMEDY,
    Annotations,
    DNSLabel,
    DNSSubdomain,
    Labels,
    ListOf,
    Model,
    Port,
    Text,
    default_section,
)
from registry_gitops.values.ingress import IngressPath

RouteHostname = Annotated[
    str,
    Text("a host name", rf"(\*\.)?{SUBDOMAIN}", f"{SUBDOMAIN_REMEDY}; no scheme, no port, no path", max_length=253),
]
GatewayDuration = Annotated[
    str,
    Text(
        "a duration of the Gateway API",
        "([0-9]{1,5}(h|m|s|ms)){1,4}",
        "write whole numbers with the units h, m, s, and ms, such as 1h30m; 0s is no limit",
        max_length=32,
        empty=True,
    ),
]


class ParentReference(Model):
    """A Gateway that serves the route. Upstream: ParentReference (gateway.networking.k8s.io/v1)."""

    name: DNSSubdomain
    """Name of the Gateway."""

    namespace: DNSLabel | None = None
    """Namespace of the Gateway, which must allow routes of this one. Default: that of the release."""

    section_name: DNSSubdomain | None = None
    """Name of the Gateway's listener, such as https. Default: all listeners that fit."""

    port: Port | None = None
    """Port of the Gateway's listener. Default: all."""


class RouteTimeouts(Model):
    """How long the Gateway waits. Upstream: HTTPRouteTimeouts."""

    request: GatewayDuration = "0s"
    """Longest duration of a request. 0s is without limit; "" is the Gateway's default, 15 seconds with some, which cuts
    off pushes and pulls of large layers."""


class HttpRoute(Model):
    """How clients outside the cluster reach the registry through a Gateway: an HTTPRoute to the Service.

    The cluster needs the Gateway API, and a Gateway that allows routes of this namespace. Its listener has the
    certificate. With `tls.enabled`, the Gateway also needs a BackendTLSPolicy for the Service: add it to `extraDeploy`.
    """

    enabled: bool = False
    """Whether the registry is reachable through a Gateway."""

    parent_refs: Annotated[ListOf[ParentReference], Field(max_length=32)] = ()
    """Gateways that serve the route."""

    hostnames: Annotated[ListOf[RouteHostname], Field(max_length=16)] = ()
    """Host names that clients use, such as registry.example.com; none means those of the listeners. Upstream:
    HTTPRouteSpec.hostnames."""

    path: IngressPath = "/"
    """Path below which requests go to the registry; clients expect `/v2/` at the root of the host."""

    timeouts: RouteTimeouts = default_section(RouteTimeouts)

    annotations: Annotations = EMPTY
    """Annotations of the HTTPRoute."""

    labels: Labels = EMPTY
    """Labels of the HTTPRoute."""

    instead: ClassVar[dict[str, str]] = {
        "gateways": "write parentRefs",
        "gateway": "write parentRefs",
        "parentRef": "write parentRefs, a list",
        "hostname": "write hostnames, a list",
        "hosts": "write hostnames",
        "rules": "the chart writes the rule, set path and timeouts, or add an HTTPRoute of your own to extraDeploy",
        "apiVersion": "the chart knows it, leave it out",
    }
