"""The node cannot start the Pod: its sandbox, its network, or its mounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.infrastructure.volume_phrases import DRIVER_PHRASES
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Event, Snapshot

_START_TIME: Final = timedelta(minutes=2)
"""A kubelet that has reported nothing about a Pod by then is stuck."""
_PODS: Final = "`kubectl get pods -A -o wide --field-selector spec.nodeName={node}`"
_REPAIR_PLUGIN: Final = f"repair the network plugin of node {{node}}: {_PODS} shows its Pod there"
_FREE_DISK: Final = "free space on the disk of node {node}, such as unused images and logs, or enlarge it"

SANDBOX_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(r"no space left on device|disk quota exceeded", "the disk of the node is full", _FREE_DISK),
    Phrase(
        r"failed to assign an ip address|no (?:more |free )?ips? (?:addresses )?(?:are )?available"
        r"|no available (?:ips?\b|addresses)|range is full|could not allocate ip in range"
        r"|assigned 0 out of \d+ requested|insufficientfreeaddresses|insufficientcidrblocks|ip space exhausted"
        r"|no configured calico pools",
        "no IP address is free for the Pod",
        "free IP addresses, or give node {node} more: remove Pods there, or enlarge the subnet or the pool of the "
        "network plugin (CNI)",
    ),
    Phrase(
        r"no runtime for .{0,80} is configured|runtimehandler .{0,80} not supported|failed to find runtime handler",
        "the node does not have the runtime of the RuntimeClass",
        f"correct `values.runtimeClassName`, or install that runtime on node {{node}}; {RENDER}",
    ),
    Phrase(
        r"sandbox image|failed pulling image .{0,80}pause",
        "the node cannot pull the sandbox image of its container runtime, which is not that of the registry",
        "let node {node} reach the registry of that image, or set another one in the configuration of containerd",
    ),
    Phrase(
        r"already has an ip address different from",
        "a bridge on the node has an address of another Pod network",
        "delete the bridge that the message names on node {node}: the network plugin (CNI) creates it again",
    ),
    Phrase(
        r"cni plugin not initialized|cni config uninitialized|networkpluginnotready|network plugin is not ready"
        r"|failed to find plugin|no (?:valid )?networks found in",
        "the node has no network plugin (CNI)",
        f"install or {_REPAIR_PLUGIN}",
    ),
    Phrase(
        r"check that the \S+ container is running|loadflannelsubnetenv|flannel/subnet\.env|flannel 'subnet\.env'"
        r"|unable to connect to cilium|cilium api client timeout|is the agent running"
        r"|addnetwork grpc call.{0,120}(?:unavailable|refused)|ovs port binding|waiting for annotations"
        r"|(?:\((?:add|shim)\)|network:).{0,400}(?:dial unix|dial tcp (?:127\.0\.0\.1|\[::1\]):)",
        "the network plugin (CNI) does not run on the node",
        _REPAIR_PLUGIN,
        has_names=True,
    ),
    Phrase(
        r"(?:clusterinformation|failed \(add\)|network:).{0,120}(?:\bunauthorized\b|x509)",
        "the credentials of the network plugin (CNI) are not valid any more",
        f"restart the Pod of the network plugin, which {_PODS} shows: it then gets new credentials",
    ),
    Phrase(
        r"https://\S+/apis?/\S* .{0,120}(?:connection refused|i/o timeout|no route to host|network is unreachable)",
        "the network plugin (CNI) cannot reach the API server from the node",
        f"check kube-proxy and the network plugin of node {{node}}: {_PODS} shows their Pods there",
        has_names=True,
    ),
    Phrase(
        r"resource temporarily unavailable|pthread_create failed|too many open files|cannot allocate memory",
        "the node is short of processes, open files, or memory",
        "find out what uses them up on node {node}, or raise its limits",
    ),
    Phrase(
        r"failed to reserve sandbox name|deadline ?exceeded|transport is closing|dial unix \S+ connect",
        "the container runtime of the node does not respond",
        "restart the container runtime on node {node}; if the node is overloaded, move Pods away from it",
    ),
    Phrase(
        r"setup network for sandbox|plugin type|networkplugin cni|pod network",
        "the network plugin (CNI) of the node fails",
        f"look into its log, from which the message is: {_PODS} shows its Pod on the node",
    ),
)
"""Messages about the sandbox of a Pod."""

MOUNT_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"setting volume ownership",
        "the kubelet still changes the group of the files in the volume",
        "wait: many files take minutes. To skip that, set `values.podSecurityContext.fsGroupChangePolicy: "
        f"OnRootMismatch`; {RENDER}",
    ),
    Phrase(
        r"helper program\)|for several filesystems|executable file not found|unknown filesystem type",
        "the node does not have the program that mounts the volume",
        "install it on each node: for NFS, the package nfs-common (Debian) or nfs-utils",
    ),
    Phrase(
        r"access denied by server|mount\.nfs4?: operation not permitted",
        "the server of the volume denies access to the node",
        "allow the address of node {node} in the export of that server",
    ),
    Phrase(
        r"reason given by server: no such file",
        "the server of the volume does not have its directory",
        "create the directory on that server, or correct the PersistentVolume",
    ),
    Phrase(
        r"\b(?:mount|nfs|cifs|iscsi\w*)\b.{0,300}(?:connection timed out|connection refused|no route to host"
        r"|network is unreachable|failed to resolve server|host is down)",
        "the node cannot reach the server of the volume",
        "check that the server of the volume runs, and that node {node} can resolve and reach it",
    ),
    Phrase(
        r"list of registered csi drivers|dial unix \S+ connect",
        "the driver of the volume does not run on the node",
        f"repair the CSI driver that the message names: {_PODS} shows its Pod there",
    ),
    Phrase(
        r"timed out waiting for external-attacher",
        "the controller of the CSI driver does not attach the volume",
        "repair the controller of the CSI driver that the message names: `kubectl get pods -A` shows its Pod",
    ),
    Phrase(
        r"maximum number of volumes|attachment limit|volume limit",
        "the node cannot attach another volume",
        "remove a Pod with a volume from node {node}, or add a node",
    ),
    Phrase(
        r"fsck|bad superblock|structure needs cleaning|read superblock|input/output error",
        "the file system of the volume is damaged",
        "check it with fsck while no Pod mounts it, or restore the volume from a backup",
    ),
    Phrase(
        r"applyfsgroup failed|failed to set ownership",
        "the volume does not let the kubelet change the group of its files",
        f"set `values.podSecurityContext.fsGroup: null`, and give the directory of the volume to user 1000; {RENDER}",
    ),
    Phrase(r"no space left on device|disk quota exceeded", "the disk of the node is full", _FREE_DISK),
    Phrase(
        r"hostpath type check failed|\bpath .{0,200}does not exist",
        "the node does not have the directory of the volume",
        "create the directory on node {node}, or correct the volume that names it",
    ),
    Phrase(
        r"invalidvolume\.notfound|\b(?:volume|disk|image|resource) \S+ (?:does not exist|(?:was )?not found)",
        "the storage system does not have the volume any more",
        "restore it from a snapshot or a backup; without one, the images are lost: delete the claim, and push again",
    ),
    Phrase(
        r"deadline ?exceeded|operation with the given volume",
        "the driver of the volume does not respond in time",
        f"check the storage system, and the log of the driver: {_PODS} shows its Pod on the node",
    ),
    Phrase(
        r"failed to sync (?:secret|configmap) cache",
        "the kubelet gets no Secrets and ConfigMaps from the API server",
        "wait: it retries. If it lasts, check the connection of node {node} to the API server",
    ),
    Phrase(
        r"volume attachment is being deleted|already mounted|device or resource busy",
        "the volume is still being detached from an earlier Pod",
        "wait until the earlier Pod has ended: `kubectl get volumeattachments` shows the nodes of volumes",
    ),
)
"""Messages about the volumes of a Pod."""
_PHRASES: Final = (*MOUNT_PHRASES, *DRIVER_PHRASES)

_SANDBOX_EVENTS: Final = ("FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady")
_MOUNT_EVENTS: Final = ("FailedMount", "FailedMapVolume", "FailedAttachVolume", "VolumePermissionChangeInProgress")
_SCHEDULER_EVENTS: Final = ("Scheduled", "FailedScheduling")
_LATER_EVENTS: Final = ("Pulling", "Pulled", "Created", "Started")
"""Reasons of events after the sandbox and the mounts were made."""
_REFERENCE: Final = re.compile(
    r"\b(?:secrets?|configmaps?)\b.*(?:not found|forbidden)|references\s+non-existent|couldn't find key|multi-attach",
    re.IGNORECASE,
)
"""A Secret or ConfigMap that does not exist, or a volume that another node holds: causes of their own."""


def sandbox_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The node cannot create the sandbox of the Pod."""
    for pod in _list_starting(snapshot):
        for event in _list_current_events(pod, _SANDBOX_EVENTS, snapshot):
            phrase = find_phrase(event.message, SANDBOX_PHRASES)
            what = phrase.message if phrase else "the node cannot create the sandbox of the Pod"
            remedy = (
                phrase.remedy if phrase else "repair on node {node} what the message of its container runtime names"
            )
            yield _not_started(CauseId.POD_NOT_STARTED, pod, event, what, remedy)
            return


def volume_not_mounted(snapshot: Snapshot) -> Iterator[Cause]:
    """The node cannot attach or mount a volume. The newest message may only tell that this takes long."""
    for pod in _list_starting(snapshot):
        events = list(_list_current_events(pod, _MOUNT_EVENTS, snapshot))
        if any(_REFERENCE.search(event.message) for event in events):
            continue
        telling = [event for event in events if not event.tells_no_reason]
        known = [(event, phrase) for event in telling if (phrase := find_phrase(event.message, _PHRASES))]
        for event, phrase in known[:1]:
            yield _not_started(phrase.id or CauseId.VOLUME_NOT_MOUNTED, pod, event, phrase.message, phrase.remedy)
            return
        for event in (*telling, *events)[:1]:
            what = "the node cannot mount a volume of the Pod"
            if not telling:
                what = "a volume of the Pod is not mounted in time, and no event tells why"
            remedy = "the log of the kubelet on node {node}, and of the driver of the volume, tell more"
            yield _not_started(CauseId.VOLUME_NOT_MOUNTED, pod, event, what, remedy)
            return


def kubelet_silent(snapshot: Snapshot) -> Iterator[Cause]:
    """The kubelet has reported nothing about a Pod since it was scheduled to its node."""
    for pod in _list_starting(snapshot):
        node, scheduled = pod.text("spec.nodeName"), pod.condition("PodScheduled")
        if node and scheduled.is_true and scheduled.since and not _is_reported(pod, scheduled.since, snapshot):
            yield new_cause(
                CauseId.POD_NOT_STARTED,
                pod,
                f"the kubelet of node {node} has not started the Pod, and reports nothing about it",
                f"check the kubelet on node {node}: `kubectl describe node {node}`, and its log",
                since=scheduled.since,
            )
            return


def _is_reported(pod: Object, scheduled: datetime, snapshot: Snapshot) -> bool:
    """Return whether the kubelet has reported something about a Pod since it was scheduled, or has time to."""
    has_time = snapshot.read_at - scheduled < _START_TIME
    has_ended = any(container.ended for container in list_containers(pod))
    reports = [
        event for event in snapshot.events_of(pod) if event.last > scheduled and event.reason not in _SCHEDULER_EVENTS
    ]
    # Without any event, those of the namespace could not be read.
    return has_time or has_ended or bool(reports) or not snapshot.events


def _list_starting(snapshot: Snapshot) -> Iterator[Object]:
    """Yield the Pods on a node of which no container runs, nor waits for anything but the Pod's sandbox and mounts."""
    for pod in snapshot.unready_pods:
        is_waiting = all(
            container.started is None and container.waiting in ("", "ContainerCreating", "PodInitializing")
            for container in list_containers(pod)
        )
        if is_waiting and not pod.condition("PodScheduled").is_false:
            yield pod


def _list_current_events(pod: Object, reasons: tuple[str, ...], snapshot: Snapshot) -> Iterator[Event]:
    """Yield the events of some reasons, newest first, since the kubelet last got further."""
    # After a restart of the node, the containers have ended, and need a new sandbox.
    ends = [parse_time(container.ended.get("finishedAt")) for container in list_containers(pod)]
    ended = max((time for time in ends if time), default=None)
    for event in snapshot.events_of(pod):
        if event.reason in _LATER_EVENTS or (ended and event.last <= ended):
            return
        if event.reason in reasons:
            yield event


def _not_started(id_: CauseId, pod: Object, event: Event, what: str, remedy: str) -> Cause:
    node = pod.text("spec.nodeName") or "NODE"
    return new_cause(id_, pod, what, remedy.replace("{node}", node), evidence=event.message, since=pod.created)


CAUSES: Final[tuple[FindCause, ...]] = (
    sandbox_failed,
    volume_not_mounted,
    kubelet_silent,
)
