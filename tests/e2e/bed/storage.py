"""Storage: a default class, and local volumes in the bed's folder, which a claim is bound to once a Pod needs it."""

from __future__ import annotations

from tests.e2e.bed.kubectl import create
from tests.e2e.bed.network import NODE_NAME
from tests.e2e.bed.place import Place

CLASS = "standard"

VOLUMES = 100
"""One for each claim that tests make: a volume is not used twice, as nobody empties it."""


def set_up(place: Place) -> None:
    """Create the class and the volumes."""
    create(place, _storage_class(), *(_volume(place, number) for number in range(1, VOLUMES + 1)))


def _storage_class() -> dict[str, object]:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": CLASS, "annotations": default},
        "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def _volume(place: Place, number: int) -> dict[str, object]:
    folder = place.volumes / str(number)
    folder.mkdir()
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE_NAME]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"local-{number}"},
        "spec": {
            "capacity": {"storage": "100Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": CLASS,
            "persistentVolumeReclaimPolicy": "Delete",
            # `local`, not `hostPath`: only there does the kubelet give the volume to a Pod's fsGroup.
            "local": {"path": str(folder)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }
