"""A fault that users of deployed registries reported, and how it is rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from registry_gitops.registry.api import HtpasswdAuthenticator, Registry
from registry_gitops.registry.storage import MemoryStorage
from registry_gitops.smoke import Level
from tests.smoke.faults.forwarding import Forwarding
from tests.smoke.mutants.breaking import Change, Core
from tests.smoke.mutants.running import push_image, serving
from tests.smoke.servers.fleet import CONFIG, LOGIN, NAME, Running, Starting, htpasswd
from tests.support.registry import RealRegistry
from tests.support.tools import tool


@dataclass(frozen=True)
class Fault:
    """A fault: a `change` of what passes between a good registry and its clients, or a `start` of real programs."""

    name: str
    """What is wrong, in a few words."""
    kind: str
    """What it is an example of, for example: caches."""
    report: str
    """Where users reported it: owner/repo#number, or a URL."""
    caught_by: frozenset[str]
    """The checks that must fail."""
    remedy: str
    """Words of the remedy of each of them."""
    change: Change | None = field(default=None, repr=False)
    start: Starting | None = field(default=None, repr=False)
    level: Level = Level.SMOKE
    """The lowest level that finds it."""
    guarded: bool = False
    """Whether the registry wants a login."""
    base: Literal["registry", "reference"] = "registry"
    """What is behind the change: registry:3, or the reference registry, which has the referrers API."""

    @contextmanager
    def running(self, folder: Path) -> Iterator[Running]:
        """Run it until the end of the block."""
        with ExitStack() as stack:
            yield self.start(folder, stack) if self.start else self._changed(folder, stack)

    def _changed(self, folder: Path, stack: ExitStack) -> Running:
        assert self.change is not None
        core = self.change(self._good(folder, stack))
        return Running(stack.enter_context(serving(core)), login=self.guarded)

    def _good(self, folder: Path, stack: ExitStack) -> Core:
        users = htpasswd() if self.guarded else ""
        if self.base == "registry":
            config = CONFIG + LOGIN if self.guarded else CONFIG
            real = stack.enter_context(RealRegistry(tool("registry"), config, htpasswd=users, data=folder / "data"))
            return Forwarding(real.url)
        storage = MemoryStorage()
        push_image(Registry(storage), NAME)
        return Registry(storage, authenticator=_authenticator(folder, users) if users else None)


def _authenticator(folder: Path, users: str) -> HtpasswdAuthenticator:
    file = folder / "htpasswd"
    file.write_text(users)
    return HtpasswdAuthenticator(file)


def fault(
    name: str,
    report: str,
    change: Change,
    *caught_by: str,
    remedy: str,
    kind: str,
    level: Level = Level.SMOKE,
    guarded: bool = False,
    base: Literal["registry", "reference"] = "registry",
) -> Fault:
    """A row of the table whose fault is a change."""
    return Fault(name, kind, report, frozenset(caught_by), remedy, change, None, level, guarded, base)
