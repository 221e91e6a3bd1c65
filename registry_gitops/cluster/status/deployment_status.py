"""Status: the contract of `status -o json`. Schema: docs/status.schema.json."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from registry_gitops.cluster.status.causes import Cause
from registry_gitops.cluster.status.last_collection import LastCollection
from registry_gitops.report import ContractModel


class Git(ContractModel):
    """The deployed revision of the Git repository."""

    deployed: str = ""
    """Revision that Flux has applied, such as main@sha1:fb5ca7a...; empty if it has applied none."""

    fetched: str = ""
    """Newest revision that Flux has fetched."""

    kustomization: str
    """The Kustomization that applies it: Kustomization/namespace/name."""

    source: str = ""
    """The source of the Kustomization: GitRepository/namespace/name."""


class Chart(ContractModel):
    """The chart of the last Helm release."""

    name: str = ""
    """Name of the chart."""

    version: str = ""
    """Version of the chart."""

    source: str = ""
    """Source of the chart: Kind/namespace/name."""


class Release(ContractModel):
    """The last Helm release."""

    name: str = ""
    """Name of the release, for `helm history`."""

    revision: int
    """Revision of the release, from 1."""

    status: str = ""
    """Status that Helm reports: deployed, failed, pending-upgrade, ..."""

    deployed: datetime | None = None
    """When Helm deployed it."""


class Replicas(ContractModel):
    """The number of Pods."""

    wanted: int
    """Pods that there should be."""

    available: int
    """Pods that are available."""

    updated: int
    """Pods of the newest revision."""

    restarts: int = 0
    """Restarts of their containers."""


class Volume(ContractModel):
    """A PersistentVolumeClaim that the registry mounts."""

    claim: str
    """Name of the claim."""

    phase: str = ""
    """Bound, Pending, or Lost."""

    size: str = ""
    """Size that it has or requests, such as 10Gi."""

    storage_class: str = ""
    """Its StorageClass, if it names one."""

    access_modes: tuple[str, ...] = ()
    """Its access modes, such as ReadWriteOnce."""


class EventRecord(ContractModel):
    """A recent event about an object that is not healthy, or about a manual change."""

    object: str
    """Kind/name of the object."""

    reason: str = ""
    """Reason, such as FailedScheduling."""

    message: str = ""
    """Message of the newest event with this object and reason."""

    count: int = 1
    """Number of these events."""

    last: datetime
    """Time of the newest one."""


class Status(ContractModel):
    """The state of one deployment at one moment."""

    api_version: Literal["registry-gitops/status/v2"] = "registry-gitops/status/v2"
    """Version of this contract. Keys and causes can be added within a version; none changes its meaning."""

    namespace: str
    """Namespace of the HelmRelease."""

    name: str
    """Name of the HelmRelease."""

    ready: bool
    """Whether the release is ready and has all its objects, none of them is being deleted, all replicas are available,
    and all claims are bound.
    """

    since: datetime | None = None
    """When it became ready, or stopped being ready; absent if the cluster does not tell."""

    read_at: datetime
    """When the cluster was read."""

    summary: str
    """The state in a few words: the message of the first cause, if there is one."""

    findings: tuple[Cause, ...] = ()
    """The causes why it is not ready, the root cause first; then warnings."""

    git: Git | None = None
    """The deployed revision of the Git repository; absent if no Kustomization applied the release."""

    release: Release | None = None
    """The last Helm release; absent if there is none."""

    chart: Chart | None = None
    """The chart of the last Helm release."""

    image: str = ""
    """Image of the registry."""

    replicas: Replicas | None = None
    """The number of Pods; absent if there is no workload."""

    volumes: tuple[Volume, ...] = ()
    """The claims that the registry mounts; empty if it stores images elsewhere."""

    garbage_collection: LastCollection | None = None
    """The last collection of garbage; absent if the chart collects none."""

    addresses: tuple[str, ...] = ()
    """URLs of the Ingress, and of the Service inside the cluster."""

    events: tuple[EventRecord, ...] = ()
    """The last events about objects that are not healthy, and about manual changes; newest first."""

    forbidden_kinds: tuple[str, ...] = ()
    """Kinds of objects that this user is not allowed to read, so that information can be missing here."""
