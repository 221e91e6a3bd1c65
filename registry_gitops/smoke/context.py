"""What a check is given: a client, a place to push to, and content of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast
from urllib.parse import urlsplit

from registry_gitops.smoke.check import CheckFailed, Need, NotSupported, Skipped
from registry_gitops.smoke.client import Answer, Client
from registry_gitops.smoke.content import Blob, Content, Manifest
from registry_gitops.smoke.diagnosis import expect, unexpected
from registry_gitops.smoke.ledger import Ledger
from registry_gitops.smoke.login import Nobody
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.restart import Restart

T = TypeVar("T")

REPOSITORY: Final = "registry-gitops/smoke"
"""Where a run pushes to: the same for all runs, because registries do not forget the name of a repository. Tags and
content are different in each."""
LAYER_SIZE: Final = 200 * 1024 * 1024


@dataclass(frozen=True)
class Options:
    """What can be chosen for a run."""

    repository: str = REPOSITORY
    layer_size: int = LAYER_SIZE
    """Bytes of the large layer of level `full`; 0 leaves it out."""
    restart: Restart | None = None
    """What was pushed before a restart, to be looked at now."""


class Context:
    """One run against one registry. Checks share nothing but what is here, and each can run alone."""

    def __init__(self, client: Client, ledger: Ledger, run_id: str, options: Options) -> None:
        self.client = client
        self.options = options
        self.run_id = run_id
        self.content = Content(run_id)
        self.repository = Repository(client, ledger, options.repository)
        self.other = Repository(client, ledger, f"{options.repository}-other")
        """A second repository, to mount from."""
        self.nobody = Nobody(client.mask)
        self.check = ""
        """The id of the check that runs."""
        self.broken = ""
        """The id of the check that could not push, so that others need not try."""
        self.silent = ""
        """The id of the check after which the registry no longer answered."""
        self._found: dict[str, object] = {}

    def begin(self, check: str, needs: frozenset[Need]) -> None:
        """Prepare for a check. Raises Skipped, NotSupported or CheckFailed where something that it needs is missing."""
        self.check = check
        if self.silent:
            raise Skipped(f"the registry no longer answers: see {self.silent}")
        for need in Need:
            if need in needs:
                _NEEDS[need](self)

    def tag(self, label: str) -> str:
        """A tag of this run. Those of the same check are in the order of their labels."""
        return f"smoke-{self.run_id}-{self.check}-{label}"

    def blob(self, label: str = "blob", size: int = 1024) -> Blob:
        """A blob of this check."""
        return self.content.blob(f"{self.check} {label}", size)

    def image(self, label: str = "image", *, docker: bool = False, subject: Manifest | None = None) -> Manifest:
        """An image of this check, not pushed yet."""
        return self.content.image(f"{self.check} {label}", docker=docker, subject=subject)

    def pushed_blob(self) -> Blob:
        """A blob of 8 KiB that is in the repository; all checks share it, and none deletes it."""
        return self._once("blob", self._push_blob)

    def pushed_image(self) -> tuple[Manifest, str]:
        """An image that is in the repository, and its tag; all checks share it, and none deletes it."""
        return self._once("image", self._push_image)

    def challenge(self) -> Answer:
        """What `/v2/` answers to nobody."""
        return self._once("challenge", lambda: self.client.ask("GET", "/v2/", login=self.nobody))

    def deletion(self) -> Answer:
        """What the deletion of a manifest is answered."""
        return self._once("deletion", self._delete)

    def _once(self, key: str, make: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = make()
        return cast(T, self._found[key])

    def _push_blob(self) -> Blob:
        blob = self.content.blob("shared blob", 8192)
        self.repository.push_blob(blob)
        return blob

    def _push_image(self) -> tuple[Manifest, str]:
        image, tag = self.content.image("shared image"), f"smoke-{self.run_id}"
        self.repository.push(image, tag)
        return image, tag

    def _delete(self) -> Answer:
        image = self.content.image("to delete")
        self.repository.push(image)
        return self.repository.ask("DELETE", f"manifests/{image.digest}")


def _push(context: Context) -> None:
    # Once is enough for a run to say so: the first check that needs a push fails, the others are skipped.
    if context.broken:
        raise Skipped(f"nothing can be pushed: see {context.broken}")
    try:
        context.pushed_blob()
    except CheckFailed:
        context.broken = context.check
        raise


def _deletes(context: Context) -> None:
    answer = context.deletion()
    if answer.status in (400, 405):
        raise NotSupported("deletion is off: `deletion.enabled` turns it on")
    if answer.status == 403:
        raise NotSupported("the user may not delete")
    expect(answer, 202)


def _asks_for_login(context: Context) -> None:
    status = context.challenge().status
    if status == 200:
        raise NotSupported("everybody may do everything: `auth.htpasswd.enabled` makes the registry ask for a login")
    if status != 401:
        raise unexpected(context.challenge(), 401)


def _has_credentials(context: Context) -> None:
    if context.client.login.credentials is None:
        raise Skipped("there is no user to log in as: give --username")


def _speaks_tls(context: Context) -> None:
    if urlsplit(context.client.url).scheme != "https":
        raise Skipped("the registry is spoken to by plain HTTP")
    if context.client.proxied:
        raise Skipped("a proxy stands between, so the registry's own TLS is not seen")


_NEEDS: Final[dict[Need, Callable[[Context], None]]] = {
    Need.PUSH: _push,
    Need.DELETE: _deletes,
    Need.LOGIN: _asks_for_login,
    Need.CREDENTIALS: _has_credentials,
    Need.TLS: _speaks_tls,
}
