"""FailedFetch: a source that Flux cannot fetch, and where its address is configured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.display import cluster_message
from registry_gitops.cluster.status.live_objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot, origins_of

_FAILURES: Final = ("FetchFailed", "BuildFailed", "StorageOperationFailed", "IncludeUnavailable")
"""Conditions that are True while source-controller fails."""


@dataclass(frozen=True)
class FailedFetch:
    """One failure, and the object that has the address of what was not fetched."""

    failed: Object
    """The object that reports the failure, such as the HelmChart."""

    source: Object
    """The object that has the address and the credentials, such as the HelmRepository."""

    condition: Condition
    """The condition with what Flux reports."""

    release: Object | None = None
    """The release whose chart it is; None for the source of a Kustomization."""

    @property
    def address(self) -> str:
        """Address of the source, without credentials, or Kind/name if it has none."""
        address = self.source.text("spec.url") or self.source.text("spec.endpoint")
        return cluster_message(address) or str(self.source)

    @property
    def is_registry(self) -> bool:
        """Whether the source is in an OCI registry."""
        return self.address.startswith("oci://")

    @property
    def is_rendered(self) -> bool:
        """Whether `render` writes the source, from the section `source` of the config file."""
        return self.release is not None and self.source.kind in ("HelmRepository", "OCIRepository")

    @property
    def repeated_name(self) -> str:
        """The name of the chart, if the address of a registry ends with it: Flux adds it to the address."""
        chart = self.release.text("spec.chart.spec.chart") if self.release else ""
        return chart if chart and self.is_registry and self.address.endswith(f"/{chart}") else ""

    @property
    def has_credentials(self) -> bool:
        """Whether the source names credentials."""
        provider = self.source.text("spec.provider")
        names = (self.source.text("spec.secretRef.name"), self.source.text("spec.serviceAccountName"))
        return any(names) or provider not in ("", "generic")

    def key(self, name: str) -> str:
        """Return the key of the config file, or of the spec, in backquotes."""
        return f"`source.{name}`" if self.is_rendered else f"`spec.{name}` of the {self.source.kind}"


def list_failures(snapshot: Snapshot, *sources: Object | None, release: Object | None = None) -> Iterator[FailedFetch]:
    """Yield the failures of sources, and of what they are made of, the first cause of each first."""
    for source in sources:
        if source is None:
            continue
        origins = [snapshot.find(origin) for origin in origins_of(source)]
        found = list(list_failures(snapshot, *origins, release=release))
        yield from found
        condition = failure_of(source)
        if condition and not found:
            address = origins[0] if source.kind == "HelmChart" and origins and origins[0] else source
            yield FailedFetch(source, address, condition, release)


def failure_of(source: Object) -> Condition | None:
    """Return the condition that tells why a source failed, or None if it is ready, suspended, or not processed yet."""
    ready = source.condition("Ready")
    if ready.is_true or source.is_suspended:
        return None
    verified = source.condition("SourceVerified")
    failed = (condition for condition in map(source.condition, _FAILURES) if condition.is_true)
    return ready if ready.is_false else next(failed, verified if verified.is_false else None)
