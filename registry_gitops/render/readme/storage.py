"""Where the images are, and what may be done to them: the chart's _config.tpl says the same."""

from __future__ import annotations

from registry_gitops.render.readme.markdown import code
from registry_gitops.render.readme.names import Names
from registry_gitops.values import RegistryValues

_ROOT = "/var/lib/registry"


class Storage:
    """Driver, volume and mode of the registry."""

    def __init__(self, values: RegistryValues, names: Names) -> None:
        self._values = values
        self._names = names
        self._loses_namespace = names.namespace_pruned and names.together
        settings, volume = values.configuration.storage, values.persistence
        self.driver: str = settings.driver or "filesystem"
        self.on_disk = self.driver == "filesystem"
        self.empty_dir = self.on_disk and not volume.enabled
        self.object_store = values.object_storage
        self.claim = (volume.existing_claim or names.full) if self.on_disk and volume.enabled else ""
        self.existing_claim = bool(self.claim and volume.existing_claim)
        self.own_claim = bool(self.claim) and not self.existing_claim
        self._many_nodes = "ReadWriteMany" in volume.access_modes
        proxy, maintenance, delete = values.configuration.proxy, settings.maintenance, settings.delete
        self.cache = bool(proxy and proxy.model_fields_set)
        self.read_only = bool(maintenance and maintenance.read_only and maintenance.read_only.enabled)
        self.takes_pushes = not (self.cache or self.read_only)
        overridden = delete.enabled if delete else None
        self._deletion = values.deletion.enabled if overridden is None else overridden

    @property
    def root(self) -> str:
        """The folder of the images."""
        filesystem = self._values.configuration.storage.filesystem
        return (filesystem and filesystem.root_directory) or _ROOT

    @property
    def fleeting(self) -> str:
        """What the images are lost with, in words, or "" where they last."""
        if self.empty_dir:
            return "an emptyDir of the Pod"
        return "" if self.claim or self.object_store else "the memory of the Pod"

    @property
    def remedy(self) -> str:
        """What to change so that the images last."""
        return (
            "set `values.persistence.enabled` to true"
            if self.empty_dir
            else "remove `values.configuration.storage.inmemory`"
        )

    @property
    def extent(self) -> str:
        """Size and access modes of our claim; nothing is known of others."""
        volume = self._values.persistence
        return f" ({volume.size}, {', '.join(volume.access_modes)})" if self.own_claim else ""

    @property
    def redirects(self) -> bool:
        """Whether clients are sent to the object storage for layers."""
        redirect = self._values.configuration.storage.redirect
        return self.object_store and not (redirect and redirect.disable)

    @property
    def shared_place(self) -> str:
        """Where several Pods find the same images."""
        return "object storage" if self.object_store else f"the volume claim {code(self.claim)}"

    @property
    def example(self) -> str:
        """A repository that is there once the commands of this page were run."""
        return "library/hello-world" if self.cache else "hello-world"

    @property
    def one_node(self) -> bool:
        """Whether the volume mounts on one node at a time."""
        return bool(self.claim) and not self._many_nodes

    @property
    def scales(self) -> bool:
        """Whether several Pods can share the images."""
        return self._values.shares_images

    @property
    def could_scale(self) -> bool:
        """Whether another access mode would let several Pods share the images."""
        return self.one_node and not self.cache

    @property
    def several(self) -> bool:
        """Whether there are several Pods that take pushes."""
        return self._values.replica_count > 1 and self.takes_pushes

    @property
    def pushes_to_disk(self) -> bool:
        """Whether a push writes to a volume."""
        return self.on_disk and self.takes_pushes

    @property
    def deletes(self) -> bool:
        """Whether DELETE is answered."""
        return self._deletion and self.takes_pushes

    @property
    def keeps_all(self) -> bool:
        """Whether nothing but the deletion setting stands against DELETE."""
        return self.takes_pushes and not self._deletion

    @property
    def collects_when_writable(self) -> bool:
        """Whether garbage collection makes sense, once pushes are stopped."""
        return self.deletes and self.driver != "inmemory"

    @property
    def collects_when_read_only(self) -> bool:
        """Whether garbage collection makes sense at once."""
        return self.read_only and not self.cache and self.driver != "inmemory"

    @property
    def collects(self) -> bool:
        """Whether garbage collection makes sense."""
        return self.collects_when_writable or self.collects_when_read_only

    @property
    def keep_note(self) -> str:
        """Why our claim outlives the release."""
        return ", by `helm.sh/resource-policy: keep`" if self.own_claim else ""

    @property
    def unkept_claim(self) -> bool:
        """Whether the claim is deleted with the release or with the Namespace."""
        return bool(self.claim) and not self.claim_stays

    @property
    def claim_loss(self) -> str:
        """With what the claim is deleted, and by which key of the config file."""
        if self._loses_namespace:
            return f"with the Namespace** (`{self._names.pruned_by}` asks for it)"
        return "with the release** (`values.persistence.resourcePolicy` is empty)"

    @property
    def claim_stays(self) -> bool:
        """Whether the claim outlives all that stands in the folder."""
        return self._values.keeps_claim and not self._loses_namespace
