"""The argument of a check: a client, repositories to push to, and images; and what the checks of a run share."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar, cast

from registry_gitops.smoke.client import AnonymousAuthenticator, Client, RegistryResponse
from registry_gitops.smoke.expectations import Expectations
from registry_gitops.smoke.images import ImageFactory, LocalBlob, LocalManifest, sha256_digest
from registry_gitops.smoke.push_record import DELETION_REFUSED, PushRecord
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.repository_names import require_repository_name
from registry_gitops.smoke.restart import RestartImage

T = TypeVar("T")

REPOSITORY: Final = "registry-gitops/smoke"
"""Repository to push to. All runs use the same one, because registries do not forget the name of a repository."""
LAYER_SIZE: Final = 200 * 1024 * 1024
SHARED_LAYER_SIZE: Final = 2 * 1024 * 1024
"""Bytes: more than proxies allow by default, and than they buffer."""

_STEPS: Final = [f"COPY part-{number} /srv/application/part-{number}" for number in range(20)]
"""Make the manifest as long as usual ones: proxies compress no shorter ones."""
_KEPT: Final = "kept"
"""The seed of contents that no run can delete: the next run pushes the same again."""


@dataclass(frozen=True)
class Options:
    """The options of a run. Raises ValueError for an invalid repository name."""

    repository: str = REPOSITORY
    layer_size: int = LAYER_SIZE
    """Bytes of the large layer of level `full`; 0 omits it."""
    restart: RestartImage | None = None
    """The image that was pushed before a restart, to check now."""
    expectations: Expectations = field(default_factory=Expectations)
    """What was promised of the registry."""

    def __post_init__(self) -> None:
        require_repository_name(self.repository)


class Run:
    """What the checks of one run share. Thread-safe: each thing is made once, by the first check that needs it."""

    def __init__(self, client: Client, run_id: str, options: Options, stop: threading.Event) -> None:
        self.client = client
        self.options = options
        self.id = run_id
        self.push_record = PushRecord()
        self.on_progress: Callable[[str], None] = lambda step: None
        """Called with what a long check is doing."""
        self.stop = stop
        """Set at the end of a run: then no check sends another request."""
        self.anonymous = AnonymousAuthenticator(client.mask)
        self.push_failed_in = ""
        """The id of the check in which a push failed, so that others need not try."""
        self.unresponsive_since = ""
        """The id of the check after which the registry stopped responding."""
        self.silence = threading.Lock()
        """Held while a check that got no response finds out whether there is any."""
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._made: dict[str, object] = {}

    def once(self, key: str, make: Callable[[], T]) -> T:
        """Return what `make` returned the first time. An exception of it is raised, and the next check tries again."""
        with self._locks[key]:
            if key not in self._made:
                self._made[key] = make()
        return cast(T, self._made[key])


class Context:
    """One check of a run. Checks share nothing but what `Run` has, and each can run alone."""

    def __init__(self, run: Run, check_id: str, *, pushes: bool) -> None:
        self.run = run
        self.check_id = check_id
        self.client = run.client.with_own_evidence(run.stop)
        self.options = run.options
        self.expectations = run.options.expectations
        self.anonymous = run.anonymous
        self.repository = Repository(self.client, run.push_record, run.options.repository)
        self.other_repository = self.repository.with_name(f"{run.options.repository}-other")
        """A second repository, to mount from."""
        self.run_id = run.id
        """Differs in each run: for names of what must not exist."""
        self._pushes = pushes

    def report_progress(self, step: str) -> None:
        """Tell the user of the run what this check is doing, if it takes long."""
        self.run.on_progress(f"{self.check_id}: {step}")

    @cached_property
    def seed(self) -> str:
        """What contents and tags are made from: different in each run, but the same where nothing can be deleted."""
        if self._pushes and self.deletion_response().status in DELETION_REFUSED:
            return _KEPT
        return self.run_id

    @property
    def is_repeatable(self) -> bool:
        """Whether earlier runs can have pushed the same contents and tags."""
        return self.seed == _KEPT

    @cached_property
    def images(self) -> ImageFactory:
        """Makes the blobs and manifests of this run."""
        return ImageFactory(self.seed)

    def make_tag(self, label: str) -> str:
        """Return a tag of this run. The tags of one check sort by their labels."""
        return f"smoke-{self.seed}-{self.check_id}-{label}"

    def make_blob(self, label: str = "blob", size: int = 1024) -> LocalBlob:
        """Make a blob of this check, without pushing it."""
        return self.images.make_blob(f"{self.check_id} {label}", size)

    def make_image(self, label: str = "image") -> LocalManifest:
        """Make an image of this check, without pushing it."""
        return self.images.make_image(f"{self.check_id} {label}")

    def make_variant(self, label: str = "image", **more: object) -> LocalManifest:
        """Make another manifest of the shared image, with more keys: only the manifest is left to push."""
        return self.images.make_variant(f"{self.check_id} {label}", self.pushed_image()[0], **more)

    def pushed_blob(self) -> LocalBlob:
        """Return a blob of 8 KiB that is in the repository. All checks share it, and none deletes it."""
        return self.run.once("blob", self._push_blob)

    def pushed_layer(self) -> LocalBlob:
        """Return a gzip layer of 2 MB that is in the repository. All checks share it, and none deletes it."""
        return self.run.once("layer", self._push_layer)

    def pushed_image(self) -> tuple[LocalManifest, str]:
        """Return an image that is in the repository, and its tag. All checks share it.

        None deletes it, nor pushes it again: meanwhile, registry 2 returns 500 to those that read it.
        """
        return self.run.once("image", self._push_image)

    def challenge(self) -> RegistryResponse:
        """Return the response of `/v2/` to an anonymous request."""
        return self.run.once("challenge", lambda: self.client.request("GET", "/v2/", authenticator=self.anonymous))

    def deletion_response(self) -> RegistryResponse:
        """Return the response to the deletion of a manifest."""
        return self.run.once("deletion", self._delete_image)

    def _push_blob(self) -> LocalBlob:
        blob = self.images.make_blob("shared blob", 8192)
        self.repository.push_blob(blob)
        return blob

    def _push_layer(self) -> LocalBlob:
        layer = self.images.make_layer("shared layer", SHARED_LAYER_SIZE)
        self.repository.push_blob(layer)
        return layer

    def _push_image(self) -> tuple[LocalManifest, str]:
        image, tag = self.images.make_built_image("shared image", _STEPS), f"smoke-{self.seed}"
        self.repository.push(image, tag)
        return image, tag

    def _delete_image(self) -> RegistryResponse:
        # With evidence of its own: the report of the check that comes first is not about deletion.
        repository = self.repository.with_client(self.run.client.with_own_evidence(self.run.stop))
        # Most registries without deletion refuse even that of a missing image. Then this run pushes nothing new.
        response = repository.request("DELETE", f"manifests/{sha256_digest(self.run_id.encode())}")
        if response.status in DELETION_REFUSED:
            self.run.push_record.is_deletion_refused = True
            return response
        image = ImageFactory(self.run_id).make_image("to delete")
        repository.push(image)
        response = repository.request("DELETE", f"manifests/{image.digest}")
        self.run.push_record.is_deletion_refused = response.status in DELETION_REFUSED
        return response
