"""The argument of a check: a client, repositories to push to, and images of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from registry_gitops.smoke.cleanup import PushRecord
from registry_gitops.smoke.client import AnonymousAuthenticator, Client, RegistryResponse
from registry_gitops.smoke.images import ImageFactory, LocalBlob, LocalManifest
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.restart import RestartImage

T = TypeVar("T")

REPOSITORY: Final = "registry-gitops/smoke"
"""Repository to push to. All runs use the same one, because registries do not forget the name of a repository; tags
and content differ in each run."""
LAYER_SIZE: Final = 200 * 1024 * 1024
MAX_REPOSITORY_LENGTH: Final = 240
"""Characters. Registries allow 255; names of missing and of second repositories are up to 14 characters longer."""

_COMPONENT: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY_NAME: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
"""Source: OCI distribution-spec v1.1, Pulling manifests."""


@dataclass(frozen=True)
class Options:
    """The options of a run. Raises ValueError for an invalid repository name."""

    repository: str = REPOSITORY
    layer_size: int = LAYER_SIZE
    """Bytes of the large layer of level `full`; 0 omits it."""
    restart: RestartImage | None = None
    """The image that was pushed before a restart, to check now."""

    def __post_init__(self) -> None:
        if not _REPOSITORY_NAME.fullmatch(self.repository):
            raise ValueError(
                f'"{self.repository}" is not the name of a repository: use lower-case letters, digits, and separators, '
                "for example team/smoke"
            )
        if len(self.repository) > MAX_REPOSITORY_LENGTH:
            raise ValueError(f"the name of the repository is longer than {MAX_REPOSITORY_LENGTH} characters")


class Context:
    """One run against one registry. Checks share nothing but this, and each can run alone."""

    def __init__(self, client: Client, push_record: PushRecord, run_id: str, options: Options) -> None:
        self.client = client
        self.options = options
        self.run_id = run_id
        self.images = ImageFactory(run_id)
        self.repository = Repository(client, push_record, options.repository)
        self.other_repository = Repository(client, push_record, f"{options.repository}-other")
        """A second repository, to mount from."""
        self.anonymous = AnonymousAuthenticator(client.mask)
        self.check_id = ""
        """The id of the current check."""
        self.push_failed_in = ""
        """The id of the check in which a push failed, so that others need not try."""
        self.unresponsive_since = ""
        """The id of the check after which the registry stopped responding."""
        self._cache: dict[str, object] = {}

    def make_tag(self, label: str) -> str:
        """Return a tag of this run. The tags of one check sort by their labels."""
        return f"smoke-{self.run_id}-{self.check_id}-{label}"

    def make_blob(self, label: str = "blob", size: int = 1024) -> LocalBlob:
        """Make a blob of this check, without pushing it."""
        return self.images.make_blob(f"{self.check_id} {label}", size)

    def make_image(
        self, label: str = "image", *, docker: bool = False, subject: LocalManifest | None = None
    ) -> LocalManifest:
        """Make an image of this check, without pushing it."""
        return self.images.make_image(f"{self.check_id} {label}", docker=docker, subject=subject)

    def pushed_blob(self) -> LocalBlob:
        """Return a blob of 8 KiB that is in the repository. All checks share it, and none deletes it."""
        return self._once("blob", self._push_blob)

    def pushed_image(self) -> tuple[LocalManifest, str]:
        """Return an image that is in the repository, and its tag. All checks share it, and none deletes it."""
        return self._once("image", self._push_image)

    def get_challenge(self) -> RegistryResponse:
        """Return the response of `/v2/` to an anonymous request."""
        return self._once("challenge", lambda: self.client.request("GET", "/v2/", authenticator=self.anonymous))

    def get_deletion_response(self) -> RegistryResponse:
        """Return the response to the deletion of a manifest."""
        return self._once("deletion", self._delete_image)

    def _once(self, key: str, make: Callable[[], T]) -> T:
        if key not in self._cache:
            self._cache[key] = make()
        return cast(T, self._cache[key])

    def _push_blob(self) -> LocalBlob:
        blob = self.images.make_blob("shared blob", 8192)
        self.repository.push_blob(blob)
        return blob

    def _push_image(self) -> tuple[LocalManifest, str]:
        image, tag = self.images.make_image("shared image"), f"smoke-{self.run_id}"
        self.repository.push(image, tag)
        return image, tag

    def _delete_image(self) -> RegistryResponse:
        image = self.images.make_image("to delete")
        self.repository.push(image)
        return self.repository.request("DELETE", f"manifests/{image.digest}")
