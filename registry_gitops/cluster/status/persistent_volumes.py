"""The PersistentVolume behind a claim: whether it outlives the claim, and where it can be mounted."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot


def volume_of(claim: Object, snapshot: Snapshot) -> Object | None:
    """Return the volume that a claim is bound to, or names; None if there is none, or it was not read."""
    return snapshot.find(Reference("PersistentVolume", "", claim.text("spec.volumeName")))


def is_retained(volume: Object | None) -> bool:
    """Return whether the volume stays when its claim is deleted. False if it is not known."""
    return volume is not None and volume.text("spec.persistentVolumeReclaimPolicy") == "Retain"


def list_hosts(volume: Object) -> list[str]:
    """Return the nodes to which a local volume is bound."""
    return [host for key, host in _list_affinity(volume) if key.endswith(("/hostname", "/node"))]


def list_zones(volume: Object) -> list[str]:
    """Return the zones in which a volume can be mounted."""
    return [zone for key, zone in _list_affinity(volume) if key.endswith("/zone")]


def _list_affinity(volume: Object) -> Iterator[tuple[str, str]]:
    for term in map(Object, volume.items("spec.nodeAffinity.required.nodeSelectorTerms")):
        for expression in map(Object, term.items("matchExpressions")):
            for value in expression.get("values") or ():
                yield expression.text("key"), str(value)


def retain_command(volume: str) -> str:
    """Return the command, in backquotes, after which a volume outlives its claim."""
    return f'`kubectl patch pv {volume} -p \'{{"spec":{{"persistentVolumeReclaimPolicy":"Retain"}}}}\'`'


def reserve_command(volume: str) -> str:
    """Return the command, in backquotes, that leaves a Released volume to the next claim of the same name."""
    return f'`kubectl patch pv {volume} --type merge -p \'{{"spec":{{"claimRef":{{"uid":null}}}}}}\'`'
