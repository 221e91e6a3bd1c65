"""The contract of `status -o json`: whether a deployment runs, and if not, why. Schema: docs/status.schema.json."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, field_validator

from registry_gitops.findings import Severity
from registry_gitops.masking import mask
from registry_gitops.model import Model


class _Part(Model):
    """A part of a status: as JSON has no times and no tuples, they are read from text and lists."""

    model_config = ConfigDict(strict=False, extra="ignore")

    @field_validator("*")
    @classmethod
    def _mask(cls, value: object) -> object:
        """Mask every text: whatever part of an object it repeats, it holds no credentials."""
        if type(value) is tuple:
            return tuple(map(cls._mask, value))
        return mask(value) if type(value) is str else value


class CauseId(StrEnum):
    """The causes that are known, by names that stay the same in every version."""

    FLUX_MISSING = "flux-missing"
    """The cluster knows no HelmReleases: Flux is not installed in it."""

    NOT_APPLIED = "not-applied"
    """There is no HelmRelease of this name: Flux has not applied the folder, or it is another one."""

    GIT_FAILED = "git-failed"
    """Flux cannot fetch the Git repository."""

    APPLY_FAILED = "apply-failed"
    """Flux has fetched the folder and cannot build or apply it."""

    SOURCE_NOT_FOUND = "source-not-found"
    """The source that the chart is to come from does not exist."""

    SOURCE_FAILED = "source-failed"
    """The source cannot be fetched: its address, its network or its credentials."""

    CHART_NOT_FOUND = "chart-not-found"
    """The source can be reached, and has no such chart or version."""

    VALUES_REFUSED = "values-refused"
    """The chart does not take these values."""

    POD_FORBIDDEN = "pod-forbidden"
    """The Pod Security level of the Namespace, or another policy, refuses the Pod."""

    QUOTA_EXCEEDED = "quota-exceeded"
    """A ResourceQuota of the Namespace leaves no room for the Pod."""

    VOLUME_NOT_BOUND = "volume-not-bound"
    """The claim has no volume."""

    VOLUME_HELD = "volume-held"
    """The volume is still attached to another node (Multi-Attach)."""

    SECRET_MISSING = "secret-missing"
    """A Secret, ConfigMap or key that the Pod needs does not exist."""

    IMAGE_NOT_PULLED = "image-not-pulled"
    """The image cannot be pulled."""

    UNSCHEDULABLE = "unschedulable"
    """No node takes the Pod."""

    CRASH_LOOP = "crash-loop"
    """The registry ends as soon as it starts; its last line is in `detail`."""

    NOT_HEALTHY = "not-healthy"
    """The registry runs, and its probes fail."""

    RETRIES_EXHAUSTED = "retries-exhausted"
    """Helm failed so often that helm-controller has given up."""

    RELEASE_FAILED = "release-failed"
    """Helm has failed, and nothing more precise is known."""

    WORKLOAD_GONE = "workload-gone"
    """The release is ready, and something that it made has been deleted."""

    NOT_OBSERVED = "not-observed"
    """A controller has not looked at the object since it was changed: it may not run."""

    SUSPENDED = "suspended"
    """Somebody told Flux to leave the release, its Kustomization or its source alone."""

    DRIFTED = "drifted"
    """Somebody changed by hand what the release made."""

    IN_PROGRESS = "in-progress"
    """Nothing is wrong so far: it is under way."""


class Cause(_Part):
    """One reason for the state that the deployment is in."""

    id: CauseId
    """Name of the cause."""

    severity: Severity = Severity.ERROR
    """Whether it keeps the deployment from being ready."""

    object: str
    """The object that says so: Kind/name, with the namespace between them where that is another one."""

    message: str
    """What is wrong, in one sentence."""

    detail: str = ""
    """What the cluster itself says of it, without credentials."""

    remedy: str = ""
    """What to do: the key of registry.yaml to change, or the command to run."""

    since: datetime | None = None
    """Since when it is so, as far as the cluster tells."""


class Git(_Part):
    """What of the Git repository is deployed."""

    deployed: str = ""
    """Revision that Flux has applied, such as main@sha1:fb5ca7a...; empty where it has applied none."""

    fetched: str = ""
    """Newest revision that Flux has fetched: that in Git, as of its last look."""

    kustomization: str
    """The Kustomization that applies it: Kustomization/namespace/name."""

    source: str = ""
    """What it reads: GitRepository/namespace/name."""


class Chart(_Part):
    """The chart of the last release."""

    name: str
    """Its name."""

    version: str
    """Its version."""

    source: str = ""
    """Where it comes from: Kind/namespace/name."""


class Release(_Part):
    """The last Helm release."""

    name: str
    """Its name, for `helm history`."""

    revision: int
    """Its number, from 1."""

    status: str
    """What Helm says of it: deployed, failed, pending-upgrade, ..."""

    deployed: datetime | None = None
    """When it was made."""


class Replicas(_Part):
    """The Pods of the registry."""

    wanted: int
    """How many there are to be."""

    available: int
    """How many take requests."""

    updated: int
    """How many are of the newest revision."""

    restarts: int = 0
    """How often their containers were started again."""


class Volume(_Part):
    """A claim that the registry mounts."""

    claim: str
    """Its name."""

    phase: str
    """Bound, Pending or Lost."""

    size: str = ""
    """What it has, or asks for."""

    storage_class: str = ""
    """Its StorageClass, where it names one."""

    access_modes: tuple[str, ...] = ()
    """How nodes may mount it."""


class EventRecord(_Part):
    """Something that a controller noticed, and that has not been settled since."""

    object: str
    """What it is about: Kind/name."""

    reason: str
    """Its name, such as FailedScheduling."""

    message: str
    """What was noticed."""

    count: int = 1
    """How often."""

    last: datetime
    """When it was noticed last."""


class Status(_Part):
    """The state of one deployment at one moment."""

    version: Literal[1] = 1
    """Version of this contract. Keys and causes may be added within a version; none changes its meaning."""

    namespace: str
    """Namespace of the HelmRelease."""

    name: str
    """Name of the HelmRelease."""

    ready: bool
    """Whether Flux is done, every replica that is wanted is available, and every claim bound."""

    since: datetime | None = None
    """Since when it is ready, or is not; null where nothing in the cluster tells."""

    read: datetime
    """When the cluster was asked."""

    summary: str
    """The state in a few words: the first cause, where there is one."""

    causes: tuple[Cause, ...] = ()
    """Why it is not ready, the root first; then what to know although it is."""

    git: Git | None = None
    """What of the Git repository is deployed; null where no Kustomization has applied the release."""

    release: Release | None = None
    """The last Helm release; null where there was none."""

    chart: Chart | None = None
    """Its chart."""

    image: str = ""
    """Image of the registry."""

    replicas: Replicas | None = None
    """Its Pods; null where there is no workload."""

    volumes: tuple[Volume, ...] = ()
    """Its claims; empty where it keeps images elsewhere."""

    addresses: tuple[str, ...] = ()
    """URLs of the Service, inside the cluster, and of the Ingress."""

    events: tuple[EventRecord, ...] = ()
    """The last events that matter, the newest first."""

    unseen: tuple[str, ...] = ()
    """Kinds of objects that this user may not see: what they would tell is missing here."""
