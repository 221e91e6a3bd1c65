"""What storage drivers report when they cannot create, attach, mount, or resize a volume."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.wording import RENDER

SET_CLASS: Final = "set `values.persistence.storageClass` to one of `kubectl get storageclass`"
_ADMINISTRATOR: Final = "no value of the chart changes that: the administrator of the cluster must"

_DENIED: Final = Phrase(
    r"unauthorized ?operation|not authorized|access ?denied ?exception|authorization ?failed"
    r"|does not have authorization|permission ?denied desc|unauthenticated desc|(?:required|missing) '?\S+'? permission"
    r"|no ?credential ?providers|no ec2 imds role found|failed to refresh cached credentials|invalid ?identity ?token",
    "the cloud does not allow the storage driver to do that",
    f"{_ADMINISTRATOR} give the role or service account of the storage driver the permission that the message names",
)
_QUOTA: Final = Phrase(
    r"quota\b[^.]{0,60}\bexceeded|quota_?exceeded|quotaexceeded|exceed\w* [^.]{0,40}quota|volume ?limit ?exceeded"
    r"|volume limit \S* ?has been reached|limit of \S+ (?:volumes|disks) (?:has been )?reached"
    r"|insufficient [^.]{0,20}quota",
    "the quota of the cloud or of the storage is used up",
    f"raise that quota, delete unused volumes (`kubectl get pv`), or lower `values.persistence.size`; {RENDER}",
)
_FULL: Final = Phrase(
    r"insufficient (?:free )?(?:space|storage|capacity)|not enough (?:free )?(?:space|storage|capacity)"
    r"|no (?:space left|hosting volumes available)|out of space|no enough space|resource ?exhausted desc",
    "the storage has too little free space",
    f"free or add storage, or lower `values.persistence.size`; {RENDER}",
)
_SILENT: Final = Phrase(
    r"deadline ?exceeded|timed out|timeout|connection refused|unavailable desc|no route to host"
    r"|transport is closing|operation with the given volume \S* ?\S* already exists|error while dialing",
    "the storage does not respond",
    "check the storage system and the log of its driver (`kubectl get pods -A`); Kubernetes tries again by itself",
)
_DRIVER_MISSING: Final = Phrase(
    r"no topology key found|no available topology found|topologykeys \S* ?were not found"
    r"|csinode \S+ does not contain driver|not found in the list of registered csi drivers|has no nodeid annotation",
    "the storage driver does not run on the node",
    f"{_ADMINISTRATOR} make the node Pod of the driver run on that node: `kubectl get csinodes`, "
    "`kubectl get daemonsets -A`",
)

PROVISION_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r'storageclass\S* \S+ not found|storageclass "[^"]*" does not exist',
        "its StorageClass does not exist",
        f"{SET_CLASS}; {RENDER}",
    ),
    Phrase(
        r"no persistent volumes available for this claim and no storage class is set",
        "it names no StorageClass, and the cluster has no default one",
        f"{SET_CLASS}; {RENDER}. If the administrator makes a class the default one, the claim takes it by itself",
    ),
    Phrase(
        r"already bound to a different claim",
        "the volume that it names belongs to another claim",
        "correct the name of the volume in the claim: `kubectl get pv` shows the volumes and their claims",
    ),
    Phrase(
        r"cannot bind to requested volume",
        "the volume that it names does not fit it",
        "make size, class, and access modes of the claim and of the volume the same: `kubectl describe pv`",
    ),
    Phrase(
        r"access ?mode\S* (?:is |are )?(?:not|un)\s?supported|only supports? (?:the )?readwriteonce"
        r"|only support\S* [^.]{0,40}access mode|multi_node_multi_writer"
        r"|volume capabilit\S* (?:is |are )?not supported",
        "its StorageClass does not support its access modes",
        "set `values.persistence.accessModes: [ReadWriteOnce]`, or `values.persistence.storageClass` to a class "
        f"for many nodes; {RENDER}",
    ),
    _DENIED,
    _QUOTA,
    _FULL,
    Phrase(
        r"out ?of ?range desc|(?:size|capacity|volume) [^.]{0,40}(?:too small|too large|below (?:the )?minimum"
        r"|at least|exceeds? (?:the )?(?:maximum|limit))",
        "its StorageClass has no volumes of this size",
        f"set `values.persistence.size` to a size that the message allows; {RENDER}",
    ),
    _DRIVER_MISSING,
    Phrase(
        r"no volume plugin matched name: kubernetes\.io/no-provisioner",
        "its StorageClass creates no volumes, and no free one fits it",
        f"create a PersistentVolume of its class, size, and access modes, or {SET_CLASS}; {RENDER}",
        has_names=True,
    ),
    Phrase(
        r"no volume plugin matched",
        "the cluster does not have the driver of its StorageClass",
        f"{SET_CLASS} that has a driver; {RENDER}",
    ),
    Phrase(
        r"secrets? \S* ?not found|error getting secret|failed to get secret",
        "the Secret of its StorageClass does not exist",
        f"{_ADMINISTRATOR} create the Secret that the parameters of the StorageClass name",
    ),
    _SILENT,
)
"""Why a claim gets no volume: the words of the controller, of provisioners, and of storage systems."""

SCHEDULING_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"bound to non-existent (?:pv|persistentvolume)",
        "its volume was deleted",
        "create the PersistentVolume again for the same storage, or restore a backup on a new claim",
    ),
    Phrase(
        r"find available persistent volumes to bind",
        "no free volume fits it",
        f"create a PersistentVolume of its class, size, and access modes, or {SET_CLASS}; {RENDER}",
    ),
    Phrase(
        r"enough free storage",
        "no node has enough free storage for it",
        f"free storage on a node, or lower `values.persistence.size`; {RENDER}",
    ),
)
"""Why the scheduler finds no node for a Pod whose claim has no volume."""

PLACE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"volume node affinity conflict|persistentvolume's node affinity|no available volume zone",
        "the volume is on another node, or in another zone",
        "let the Pod run where its volume is: `kubectl describe pv`",
    ),
)
"""The scheduler's words for a volume that is bound to a place."""

DRIVER_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"volume ?in ?use|(?:already|disk is) attached to|in_use_by_another_resource|already being used by"
        r"|is still being used",
        "the volume is still attached to another node",
        "end the Pod there, or wait until its node has detached the volume: `kubectl get volumeattachments` shows the "
        "node. If that machine is gone for good, `kubectl delete node` frees the volume",
        CauseId.VOLUME_HELD,
    ),
    Phrase(
        r"nodeaffinity check failed|no matching nodeselectorterms",
        "the volume is on another node, or in another zone",
        "let the Pod run where its volume is: `kubectl describe pv`",
        CauseId.VOLUME_ELSEWHERE,
    ),
    Phrase(
        r"csinode \S+ does not contain driver|has no nodeid annotation",
        _DRIVER_MISSING.message,
        _DRIVER_MISSING.remedy,
    ),
    Phrase(
        r"not ready for workloads",
        "the storage system has no healthy copy of the volume",
        "repair the copies of the volume in the storage system, such as Longhorn; the Pod then starts by itself",
    ),
    _DENIED,
    Phrase(
        r"mount error\(13\)|permission denied",
        "the storage denies access to the node",
        "correct the credentials of the volume, which its PersistentVolume or StorageClass names, or the rights of "
        "the node on the storage server",
    ),
    Phrase(
        r"stale (?:nfs )?file handle",
        "the storage server does not know the mounted directory any more",
        "delete the Pod, so that its node mounts the volume again; if that does not help, restart the node",
    ),
)
"""Why a driver cannot attach or mount a volume, besides the words for mounts of `pod_startup`."""

RESIZE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"offline (?:volume )?expansion|published on a node|attached for expansion|volume is attached"
        r"|in-use|must be detached",
        "its driver resizes a volume only while no Pod mounts it",
        "set `values.replicaCount: 0`, render, commit, and push; when the claim has its size, set it back",
    ),
    Phrase(
        r"modification rate|modification ?size ?limit|cooldown|wait [^.]{0,40}hours|optimizing",
        "the cloud allows the next change of a volume only after some hours",
        "wait: the resize is tried again by itself; for AWS, 6 hours after the last one",
    ),
    Phrase(
        r"find a plugin capable of expanding|waiting for an external controller",
        "no driver has taken up the resize",
        f"{_ADMINISTRATOR} run the resizer of the storage driver",
    ),
    _DENIED,
    _QUOTA,
    _FULL,
    _SILENT,
)
"""Why a claim does not get its new size."""
