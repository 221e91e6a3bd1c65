"""What `serve` tells on a terminal: what it serves, from where, for whom, and how to stop it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from registry_gitops.registry import ReferenceRegistry

_MAX_COUNT: Final = 100
"""Repositories to count: each one is a directory to read before the first request is answered."""


@dataclass(frozen=True)
class ServedAccess:
    """Who can do what."""

    htpasswd: Path | None
    anonymous_pull: bool
    read_only: bool
    delete: bool

    def __str__(self) -> str:
        if self.htpasswd is None:
            return f"everyone can {self._rights()}, without login{self._limits()}"
        users = f"the users of {self.htpasswd} can"
        if not self.anonymous_pull:
            return f"{users} {self._rights()}{self._limits()}"
        if self.read_only:
            return f"everyone can pull, without login{self._limits()}"
        return f"everyone can pull, without login; {users} {self._rights()}{self._limits()}"

    def _rights(self) -> str:
        if self.read_only:
            return "pull"
        return "pull, push, and delete" if self.delete else "pull and push"

    def _limits(self) -> str:
        if self.read_only:
            return " (read-only)"
        return "" if self.delete else " (deletion is off)"


def describe_served(registry: ReferenceRegistry, access: ServedAccess) -> Iterator[str]:
    """Yield the lines."""
    yield f"Serving an OCI registry at {registry.url}, {_describe_reach(registry.address[0])}."
    yield f"  Data:   {_describe_data(registry)}"
    yield f"  Access: {access}"
    yield "  Stop:   Ctrl-C"


def _describe_reach(host: str) -> str:
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_loopback:
        return "for clients on this machine"
    return "on all interfaces of this machine" if address.is_unspecified else f"on the interface of {host}"


def _describe_data(registry: ReferenceRegistry) -> str:
    if registry.root is None:
        return "in memory, lost on exit"
    root = registry.root.absolute()
    try:
        count = registry.count_repositories(_MAX_COUNT + 1)
    except OSError:  # The requests report it.
        return str(root)
    if count > _MAX_COUNT:
        return f"{root}, more than {_MAX_COUNT} repositories"
    return f"{root}, {count} {'repository' if count == 1 else 'repositories'}"
