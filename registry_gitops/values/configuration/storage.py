"""Where images are stored, and how."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from registry_gitops.model import NonNegative, RuleErrors
from registry_gitops.values.configuration.drivers import S3, Azure, Filesystem, Gcs, InMemory
from registry_gitops.values.configuration.scalars import GoDuration, Pause
from registry_gitops.values.configuration.section import Section
from registry_gitops.values.conflicts import conflict_error

Driver = Literal["filesystem", "s3", "gcs", "azure", "inmemory"]
DRIVERS: tuple[Driver, ...] = get_args(Driver)


class Delete(Section):
    """Deletion of manifests and blobs by digest."""

    enabled: bool | None = None
    """Whether clients can delete manifests and blobs; the chart's `deletion.enabled` sets this too. Default: false."""


class Redirect(Section):
    """Whether clients download blobs from the object storage itself, which is the default."""

    disable: bool
    """Whether the registry sends the bytes itself; if false, it redirects clients to signed URLs of the storage. The
    registry exits at a section without this key."""


class TagLookup(Section):
    """The search for tags of a manifest that is deleted."""

    concurrency_limit: NonNegative | None = None
    """Tags that are read at a time; 0 is the default. Default: one per CPU."""


class Cache(Section):
    """A cache of the blobs that exist, for fewer requests to the storage."""

    blob_descriptor: Literal["inmemory", "redis", ""] | None = None
    """Where the cache is; "" is nowhere. `redis` needs `redis.addrs`, and several replicas need `redis` or "", because
    they do not see each other's deletions. Default: nowhere."""

    blob_descriptor_size: NonNegative | None = None
    """Largest number of entries of `inmemory`; 0 is without limit. Default: 10000."""

    instead: ClassVar[dict[str, str]] = {"layerinfo": 'the registry calls it "blobdescriptor"'}


class UploadPurging(Section):
    """Deletion of unfinished uploads. The registry requires all keys except `enabled`; the chart sets them."""

    enabled: bool | None = None
    """Whether unfinished uploads are deleted. The chart's default: true."""

    age: GoDuration | None = None
    """Age from which an upload is deleted. The chart's default: 168h."""

    interval: Pause | None = None
    """Time between two rounds, more than 0. The chart's default: 24h."""

    dry_run: bool | None = None
    """Whether the registry only logs the uploads that it would delete. The chart's default: false."""


class ReadOnly(Section):
    """Refusal of every push and deletion."""

    enabled: bool | None = None
    """Whether the registry only serves pulls, as garbage collection requires. Default: false."""


class Maintenance(Section):
    """Maintenance of the storage. The registry reads these sections from its environment only as a whole."""

    upload_purging: UploadPurging | None = None
    read_only: ReadOnly | None = None


class Storage(Section):
    """Where images are stored: at most one of filesystem, s3, gcs, azure, inmemory; none is the chart's volume."""

    filesystem: Filesystem | None = None
    s3: S3 | None = None
    gcs: Gcs | None = None
    azure: Azure | None = None
    inmemory: InMemory | None = None
    delete: Delete | None = None
    redirect: Redirect | None = None
    cache: Cache | None = None
    maintenance: Maintenance | None = None
    tag: TagLookup | None = None

    instead: ClassVar[dict[str, str]] = {
        "oss": "registry v3 has no driver for Alibaba OSS, write s3 with its regionendpoint",
        "swift": "registry v3 has no driver for OpenStack Swift, write s3 with its regionendpoint",
        "s3aws": 'it is the same driver as "s3"',
    }

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """Names of the storage drivers that are set; the registry exits with two."""
        return tuple(name for name in DRIVERS if getattr(self, name) is not None)

    @property
    def driver(self) -> Driver | None:
        """Name of the storage driver that is set, or None."""
        return next(iter(self.drivers), None)

    def _rule_errors(self) -> RuleErrors:
        if len(self.drivers) > 1:
            yield (), conflict_error("storage-drivers", drivers=", ".join(sorted(self.drivers)))[1]
