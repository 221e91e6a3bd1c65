"""How the processes of the Pod resolve names. Types and names: core/v1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from registry_gitops.model import SUBDOMAIN, DNSSubdomain, IPAddress, ListOf, Model, NotBlank, Text

DnsPolicy = Literal["", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]


SearchDomain = Annotated[
    str,
    Text("a DNS domain", rf"\.|{SUBDOMAIN}\.?", "write a domain such as svc.cluster.local", max_length=253),
]


class HostAlias(Model):
    """A line of /etc/hosts. Upstream: HostAlias (core/v1)."""

    ip: IPAddress
    """Address of the hosts."""

    hostnames: Annotated[ListOf[DNSSubdomain], Field(min_length=1)]
    """Names that resolve to it."""


class DnsOption(Model):
    """An option of resolv.conf. Upstream: PodDNSConfigOption (core/v1)."""

    name: NotBlank
    """Name of the option, such as ndots."""

    value: str | None = None
    """Value of the option, as text, if it has one."""


class DnsConfig(Model):
    """What is added to the resolv.conf of `dnsPolicy`. Upstream: PodDNSConfig (core/v1)."""

    nameservers: Annotated[ListOf[IPAddress], Field(max_length=3)] = ()
    """Addresses of DNS servers, three at most with those of the policy."""

    searches: Annotated[ListOf[SearchDomain], Field(max_length=32)] = ()
    """Domains in which short names are searched."""

    options: ListOf[DnsOption] = ()
    """Options of the resolver."""
