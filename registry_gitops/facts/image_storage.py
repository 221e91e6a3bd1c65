"""Where the images are, what deletes them, and what clients can do to them: the chart's _config.tpl agrees."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from registry_gitops.facts.object_names import NamespaceFacts, ObjectNames
from registry_gitops.values import Configuration, Driver, RegistryValues


class LossReason(StrEnum):
    """Why all images are deleted with the Pod: the place where they are."""

    EMPTY_DIR = "emptyDir"
    MEMORY = "inmemory"


class StorageFacts:
    """Driver, volume, and mode of the registry. Keys of `configuration` override other values, as in the chart."""

    def __init__(self, values: RegistryValues, names: ObjectNames, namespace: NamespaceFacts) -> None:
        effective, volume = values.effective_configuration, values.persistence
        settings = effective.storage
        self.driver: Final[Driver] = values.driver
        """Storage driver of the registry."""
        self.is_on_disk: Final = self.driver == "filesystem"
        """Whether the images are on a volume of the Pod: a claim or an emptyDir."""
        self.is_object_storage: Final = values.is_object_storage
        """Whether the images are in object storage."""
        self.bucket: Final = _bucket(effective)
        """Name of the bucket or container, "" if it is not known, as when it comes from the environment."""
        is_typed = self.is_object_storage and not values.configuration.driver
        self.key: Final = f"storage.{self.driver}" if is_typed else f"configuration.storage.{self.driver}"
        """Key of the values that sets the driver."""
        self.root: Final = (settings.filesystem and settings.filesystem.root_directory) or "/var/lib/registry"
        """Directory of the images in the container, for the driver `filesystem`."""
        self.claim: Final = (volume.existing_claim or names.full_name) if self.is_on_disk and volume.enabled else ""
        """PersistentVolumeClaim of the images, "" if they are on none."""
        self.is_existing_claim: Final = bool(self.claim and volume.existing_claim)
        """Whether the claim is the user's own, which the release never changes."""
        self.is_own_claim: Final = bool(self.claim) and not self.is_existing_claim
        """Whether the chart creates the claim."""
        is_kept = self.is_existing_claim or bool(volume.resource_policy)
        self.is_claim_kept: Final = bool(self.claim) and is_kept and not namespace.is_pruned_with_registry
        """Whether the claim outlives the release (ours by `helm.sh/resource-policy: keep`) and the Namespace."""
        self.is_single_node: Final = bool(self.claim) and "ReadWriteMany" not in volume.access_modes
        """Whether only one node at a time can mount the claim."""
        self.is_shared: Final = values.shares_images
        """Whether several Pods can serve the same images."""
        self.loss_reason: Final = _loss_reason(self.driver, self.claim)
        """Why all images are deleted with the Pod, None if they are not."""
        self.redirects_pulls: Final = self.is_object_storage and not (settings.redirect and settings.redirect.disable)
        """Whether clients are redirected to the object storage for layers."""
        self.is_cache: Final = values.is_cache
        """Whether the registry is a pull-through cache."""
        read_only = settings.maintenance and settings.maintenance.read_only
        self.is_read_only: Final = bool(read_only and read_only.enabled)
        """Whether maintenance makes the registry read-only."""
        self.accepts_pushes: Final = not (self.is_cache or self.is_read_only)
        """Whether clients can push."""
        deletes = bool(settings.delete and settings.delete.enabled)
        self.accepts_deletions: Final = self.accepts_pushes and deletes
        """Whether clients can delete."""
        self.has_several_writers: Final = values.max_replicas > 1 and self.accepts_pushes
        """Whether several Pods accept pushes, and so need a shared `http-secret`."""
        self.collects_in_pod: Final = values.collects_in_pod
        """Whether garbage is collected next to the registry in its Pod."""
        self.collects_by_job: Final = values.garbage_collection.enabled and not values.collects_in_pod
        """Whether a Job collects garbage."""
        self.empties_cache: Final = values.garbage_collection.enabled and values.cache_type == "redis"
        """Whether the cache in Redis is emptied before garbage is collected."""
        changes = self.accepts_deletions or (self.is_read_only and not self.is_cache)
        is_collected = values.garbage_collection.enabled
        self.needs_garbage_collection: Final = changes and self.driver != "inmemory" and not is_collected
        """Whether unreferenced data takes up space until somebody runs `registry garbage-collect`."""


def _bucket(effective: Configuration) -> str:
    s3, gcs, azure = effective.storage.s3, effective.storage.gcs, effective.storage.azure
    return (s3 and s3.bucket) or (gcs and gcs.bucket) or (azure and azure.container) or ""


def _loss_reason(driver: Driver, claim: str) -> LossReason | None:
    if driver == "inmemory":
        return LossReason.MEMORY
    return LossReason.EMPTY_DIR if driver == "filesystem" and not claim else None
