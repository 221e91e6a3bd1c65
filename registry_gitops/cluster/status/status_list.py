"""StatusList: the contract of `status --all -o json`. Schema: docs/status-list.schema.json."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.report import ContractModel


class StatusList(ContractModel):
    """The states of all registries of a cluster, or of one of its namespaces, at one moment."""

    api_version: Literal["registry-gitops/status-list/v1"] = "registry-gitops/status-list/v1"
    """Version of this contract. Keys can be added within a version; none changes its meaning."""

    namespace: str = ""
    """The namespace, or "" for the cluster."""

    read_at: datetime
    """When the cluster was read."""

    items: tuple[Status, ...] = ()
    """The status of each registry, by namespace and name."""

    @property
    def place(self) -> str:
        """Where the registries are, for a sentence."""
        return f"namespace {self.namespace}" if self.namespace else "the cluster"

    @property
    def ready(self) -> bool:
        """Whether there is a registry, and all of them are ready."""
        return bool(self.items) and all(status.ready for status in self.items)

    @property
    def summary(self) -> str:
        """How many of the registries are ready, in one line."""
        if not self.items:
            return f"no HelmRelease in {self.place} deploys a registry"
        ready = sum(status.ready for status in self.items)
        return f"{ready} of {len(self.items)} {'registries' if len(self.items) > 1 else 'registry'} ready"
