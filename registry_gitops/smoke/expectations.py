"""What was promised of a registry, as plain values, to compare with what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True)
class Expectations:
    """What a registry is expected to be. None: nothing is expected."""

    login: bool | None = None
    """Whether requests need credentials; with `anonymous_pull`, only those that change something do."""
    anonymous_pull: bool | None = None
    """Whether images can be pulled without credentials."""
    challenge: Mapping[str, str] | None = None
    """The scheme of the login, `basic` or `bearer`, and parameters of the challenge, such as `realm`."""
    push: bool | None = None
    """Whether images can be pushed."""
    cache: bool | None = None
    """Whether it is a pull-through cache."""
    delete: bool | None = None
    """Whether images can be deleted."""
    tls: bool | None = None
    """Whether clients reach it over TLS."""
    certificate: bool | None = None
    """Whether it has a certificate of its own, not the default one of an Ingress controller."""
    oldest_tls: str | None = None
    """Oldest version of TLS that it accepts: TLSv1.2 or TLSv1.3."""
    client_certificate: bool | None = None
    """Whether it refuses clients without a certificate."""
    relative_urls: bool | None = None
    """Whether each Location is a path, without scheme and host."""
    host: str | None = None
    """Scheme and host of each Location, if they are fixed: https://registry.example.com."""
    host_names: tuple[str, ...] | None = None
    """Other names under which it responds at the same address."""
    prefix: str | None = None
    """Path in front of /v2/, "" for none."""
    replicas: int | None = None
    """Number of its Pods, at most."""
    redirect: bool | None = None
    """Whether it redirects pulls of blobs to its storage."""
    storage_host: str | None = None
    """Host of that storage, or the end of its name."""
    headers: Mapping[str, tuple[str, ...]] | None = None
    """Headers of each response, with values that they have."""
    hidden_paths: tuple[str, ...] | None = None
    """Paths that must not show the metrics or internals of the registry."""
    hidden_ports: tuple[int, ...] | None = None
    """Ports of its host that must not show them either."""
    catalog_limit: int | None = None
    """Largest number of repositories in one response."""
    index_children: bool | None = None
    """Whether an index is refused while one of its images is missing."""
    version: int | None = None
    """Major version of the image `registry`."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """The chart values in force by their dotted keys, for example {"deletion.enabled": True}."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Why a promise is not known, by its name; those names are None."""
    source: str = ""
    """Where they come from: the name of a file, or an option. "": nothing is promised."""

    def explain_unreachable(self, cause: str) -> str:
        """Return which promise is broken if nothing can be checked for this cause of an UnreachableError, or ""."""
        if cause == "401" and self.login is False:
            return f"{self.source} promises that no login is needed."
        return ""

    def with_promises(self, promises: Mapping[str, Any]) -> Self:
        """Return these expectations with other promises over them, by their names."""
        unknown = {name: reason for name, reason in self.unknown.items() if name not in promises}
        return replace(self, **promises, unknown=unknown)
