"""The volumes of a registry's Pod: the one with the images, and the others."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.importer.config_draft import ConfigDraft, Notes
from registry_gitops.importer.config_yml import DATA_PATH
from registry_gitops.importer.mappings import indexed_mappings, list_mappings
from registry_gitops.importer.registry_workloads import RegistryWorkload

CLAIM: Final = "PersistentVolumeClaim"

_STAYS: Final = "the claim stays as it is, with the images; the config file names it"
_IN_POD: Final = "the images are in the Pod, and were lost with each new one"
_LARGE: Final = "1Ti"
"""Size of a volume that is a directory, which nothing enforces."""


def images_directory(config: Mapping[str, Any]) -> str:
    """Return the directory of the images in the container."""
    storage = config.get("storage")
    filesystem = storage.get("filesystem") if isinstance(storage, Mapping) else None
    root = filesystem.get("rootdirectory") if isinstance(filesystem, Mapping) else None
    return posixpath.normpath(str(root or DATA_PATH))


def is_on_volume(config: Mapping[str, Any]) -> bool:
    """Return whether the storage driver keeps the images in a directory."""
    storage = config.get("storage")
    keys = set(storage) if isinstance(storage, dict) else set()
    return keys - {"cache", "delete", "maintenance", "redirect", "tag"} <= {"filesystem"}


def data_mount(workload: RegistryWorkload, root: str) -> str:
    """Return where the volume of the images is mounted; the path itself if none is."""
    found = workload.files.volume_at(root)
    return found[1] if found else root


def find_claim(workload: RegistryWorkload, root: str) -> str | None:
    """Return the name of the claim with the images, or None."""
    found = workload.files.volume_at(root)
    if not found:
        return None
    templates = list_mappings(workload.manifest.list("spec", "volumeClaimTemplates"))
    metadata = list_mappings([each.get("metadata") for each in templates])
    names = [each.get("name") for each in metadata]
    if found[0] in names:
        return f"{found[0]}-{workload.manifest.name}-0"
    volumes = workload.manifest.list(*workload.pod, "volumes")
    volume = next((each for each in volumes if isinstance(each, dict) and str(each.get("name")) == found[0]), {})
    claim = volume.get("persistentVolumeClaim")
    return str(claim.get("claimName")) if isinstance(claim, dict) else None


def find_directory(workload: RegistryWorkload, root: str) -> dict[str, Any]:
    """Return the source of the volume with the images, if it is a directory of a node or of a server, and no claim."""
    found = workload.files.volume_at(root)
    volumes = list_mappings(workload.manifest.list(*workload.pod, "volumes"))
    volume = next((each for each in volumes if found and str(each.get("name")) == found[0]), {})
    return {key: volume[key] for key in ("hostPath", "nfs") if isinstance(volume.get(key), dict)}


def translate_volumes(workload: RegistryWorkload, notes: Notes, root: str, *, on_volume: bool) -> None:
    """Translate the volumes and mounts of the Pod, with those of a StatefulSet's claims."""
    found = workload.files.volume_at(root)
    data = found[0] if found else ""
    used = {*workload.files.used, *([data] if data else [])}
    _read_mounts(workload, notes, used)
    if not on_volume:
        notes.dropped(("spec", "volumeClaimTemplates"), "the images are in object storage")
    elif data:
        _keep_subdirectory(workload, notes, data, root)
    else:
        notes.draft.put("values.persistence.enabled", False)
        notes.draft.differences.append(f"{_IN_POD}: as before, unless you set persistence.enabled")
    claim = find_claim(workload, root)
    for index, volume in indexed_mappings(workload.manifest.list(*workload.pod, "volumes")):
        path = (*workload.pod, "volumes", index)
        if str(volume.get("name")) == data and on_volume:
            _read_data_volume(workload, notes, path, volume)
        elif str(volume.get("name")) in used:
            notes.translated(path, (), "the chart mounts its files")
        else:
            notes.kept(path, notes.draft.append("values.extraVolumes", volume))
    if claim and on_volume and workload.manifest.list("spec", "volumeClaimTemplates"):
        notes.draft.put("values.persistence.existingClaim", claim)
        notes.translated(("spec", "volumeClaimTemplates"), "values.persistence.existingClaim", _STAYS)
    _keep_other_claims(workload, notes, used)


def _keep_other_claims(workload: RegistryWorkload, notes: Notes, used: set[str]) -> None:
    """Mount the claims of a StatefulSet that have no images where they were."""
    for index, template in indexed_mappings(workload.manifest.list("spec", "volumeClaimTemplates")):
        metadata = template.get("metadata")
        name = str(metadata.get("name")) if isinstance(metadata, dict) else ""
        if name and name not in used:
            claim = {"claimName": f"{name}-{workload.manifest.name}-0"}
            target = notes.draft.append("values.extraVolumes", {"name": name, "persistentVolumeClaim": claim})
            path = ("spec", "volumeClaimTemplates", index)
            notes.translated(path, target, "the claim of the first Pod stays, with what is in it")


def _read_mounts(workload: RegistryWorkload, notes: Notes, used: set[str]) -> None:
    for index, mount in indexed_mappings(workload.manifest.list(*workload.container, "volumeMounts")):
        path = (*workload.container, "volumeMounts", index)
        if str(mount.get("name")) in used:
            notes.dropped(path, "the chart mounts it where it expects it")
        else:
            notes.kept(path, notes.draft.append("values.extraVolumeMounts", mount))


def _keep_subdirectory(workload: RegistryWorkload, notes: Notes, data: str, root: str) -> None:
    """Mount the directory of the volume that has the images: the chart mounts it where the registry keeps them."""
    mounts = workload.manifest.list(*workload.container, "volumeMounts")
    mount = next(each for each in mounts if isinstance(each, dict) and str(each.get("name")) == data)
    inside = posixpath.relpath(root, posixpath.normpath(str(mount.get("mountPath"))))
    directory = posixpath.normpath(posixpath.join(str(mount.get("subPath") or ""), inside))
    if directory != ".":
        notes.draft.put("values.persistence.subPath", directory)


def _read_data_volume(workload: RegistryWorkload, notes: Notes, path: Path, volume: Mapping[str, Any]) -> None:
    claim = volume.get("persistentVolumeClaim")
    if isinstance(claim, dict):
        notes.draft.put("values.persistence.existingClaim", claim.get("claimName"))
        notes.translated(path, "values.persistence.existingClaim", _STAYS)
        return
    if "emptyDir" in volume:
        notes.translate(path, "values.persistence.enabled", False, _IN_POD)
        return
    source = next((key for key in ("hostPath", "nfs") if isinstance(volume.get(key), dict)), None)
    if source is None:
        options = ["create a claim with the images, and name it in persistence.existingClaim"]
        notes.decide(path, "the chart keeps images on a claim, and this volume is none", options)
        return
    name = f"{notes.draft.name}-data"
    objects = _bind(workload, name, source, volume[source])
    targets = [
        "values.persistence.existingClaim",
        *(notes.draft.append("values.extraDeploy", each) for each in objects),
    ]
    notes.draft.put("values.persistence.existingClaim", name)
    notes.draft.put("values.persistence.accessModes", objects[1]["spec"]["accessModes"])
    notes.translated(path, targets, f"a PersistentVolume for the same directory, and the claim {name} for it")


def _bind(workload: RegistryWorkload, name: str, source: str, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a PersistentVolume for a directory, and the claim that is bound to it; Helm keeps both."""
    volume_name = f"{workload.namespace or 'default'}-{name}"
    metadata = {"annotations": {"helm.sh/resource-policy": "keep"}}
    common = {"accessModes": ["ReadWriteOnce" if source == "hostPath" else "ReadWriteMany"], "storageClassName": ""}
    volume: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": volume_name, **metadata},
        "spec": {
            **common,
            "capacity": {"storage": _LARGE},
            "persistentVolumeReclaimPolicy": "Retain",
            source: dict(settings),
        },
    }
    claim = {
        "apiVersion": "v1",
        "kind": CLAIM,
        "metadata": {"name": name, **metadata},
        "spec": {**common, "volumeName": volume_name, "resources": {"requests": {"storage": _LARGE}}},
    }
    return [volume, claim]


def translate_claim(draft: ConfigDraft, notes: Notes, manifest: Manifest) -> None:
    """Note that the claim with the images stays."""
    notes.translated((), "values.persistence.existingClaim", _STAYS)
    modes = manifest.list("spec", "accessModes")
    if modes and modes != ["ReadWriteOnce"]:
        draft.put("values.persistence.accessModes", modes)
