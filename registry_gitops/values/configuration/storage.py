"""Where images are kept, and what happens around that."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator

from registry_gitops.model import NonNegative, error_at
from registry_gitops.values.configuration.drivers import S3, Azure, Filesystem, Gcs, InMemory
from registry_gitops.values.configuration.scalars import GoDuration, Pause
from registry_gitops.values.configuration.section import Section
from registry_gitops.values.conflicts import conflict

Driver = Literal["filesystem", "s3", "gcs", "azure", "inmemory"]
DRIVERS: tuple[Driver, ...] = ("filesystem", "s3", "gcs", "azure", "inmemory")


class Delete(Section):
    """Deletion of manifests and blobs by digest."""

    enabled: bool | None = None
    """Whether they can be deleted; the chart's `deletion.enabled` sets this too. Default: false."""


class Redirect(Section):
    """Whether clients fetch blobs straight from object storage."""

    disable: bool
    """Whether the registry passes the bytes on itself; false lets it send clients to the storage, by signed URLs. The
    registry stops at a section without this key."""


class TagLookup(Section):
    """The search for tags of a manifest that is deleted."""

    concurrency_limit: NonNegative | None = None
    """Tags that are read at a time; 0 is the default. Default: one per CPU."""


class Cache(Section):
    """Memory of which blobs exist, so that storage is asked less."""

    blob_descriptor: Literal["inmemory", "redis", ""] | None = None
    """Where it is kept; "" is nowhere. `redis` needs `redis.addrs`, and several replicas need `redis` or "", because
    they do not see each other's deletions. Default: nowhere."""

    blob_descriptor_size: NonNegative | None = None
    """Entries that `inmemory` keeps; 0 is without limit. Default: 10000."""

    instead: ClassVar[dict[str, str]] = {"layerinfo": 'the registry calls it "blobdescriptor"'}


class UploadPurging(Section):
    """Removal of uploads that nobody finished. The registry wants all keys but `enabled`; the chart makes them."""

    enabled: bool | None = None
    """Whether they are removed. The chart's default: true."""

    age: GoDuration | None = None
    """Age from which an upload counts as left behind. The chart's default: 168h."""

    interval: Pause | None = None
    """Time between two rounds, more than 0. The chart's default: 24h."""

    dry_run: bool | None = None
    """Whether they are only logged. The chart's default: false."""


class ReadOnly(Section):
    """Refusal of every push and deletion."""

    enabled: bool | None = None
    """Whether the registry only serves pulls, as garbage collection wants. Default: false."""


class Maintenance(Section):
    """Upkeep of the storage. The registry reads no single keys of these sections from its environment."""

    upload_purging: UploadPurging | None = None
    """Removal of uploads that nobody finished."""

    read_only: ReadOnly | None = None
    """Refusal of every push and deletion."""


class Storage(Section):
    """Where images are kept: at most one of filesystem, s3, gcs, azure, inmemory; none means the chart's volume."""

    filesystem: Filesystem | None = None
    """A folder, on the chart's volume."""

    s3: S3 | None = None
    """A bucket of Amazon S3, or of a service that speaks its protocol."""

    gcs: Gcs | None = None
    """A bucket of Google Cloud Storage."""

    azure: Azure | None = None
    """A container of Azure Blob Storage."""

    inmemory: InMemory | None = None
    """Memory of the process, for tests."""

    delete: Delete | None = None
    """Deletion of manifests and blobs by digest."""

    redirect: Redirect | None = None
    """Whether clients fetch blobs straight from object storage. Default: they do."""

    cache: Cache | None = None
    """Memory of which blobs exist."""

    maintenance: Maintenance | None = None
    """Upkeep of the storage."""

    tag: TagLookup | None = None
    """The search for tags of a manifest that is deleted."""

    instead: ClassVar[dict[str, str]] = {
        "oss": "registry v3 has no driver for Alibaba OSS, write s3 with its regionendpoint",
        "swift": "registry v3 has no driver for OpenStack Swift, write s3 with its regionendpoint",
        "s3aws": 'it is the same driver as "s3"',
    }

    @property
    def driver(self) -> Driver | None:
        """Name of the storage driver that is set, or None."""
        return next((name for name in DRIVERS if getattr(self, name) is not None), None)

    @model_validator(mode="after")
    def _one_driver(self) -> Storage:
        drivers = sorted(name for name in DRIVERS if getattr(self, name) is not None)
        if len(drivers) > 1:
            raise error_at("Storage", [((), conflict("storage-drivers", drivers=", ".join(drivers))[1])])
        return self
