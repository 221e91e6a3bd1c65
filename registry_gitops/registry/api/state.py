"""What handlers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from registry_gitops.registry.contents.content_store import Contents
from registry_gitops.registry.contents.locks import Gates
from registry_gitops.registry.contents.upload_sessions import Sessions
from registry_gitops.registry.storage import Storage

if TYPE_CHECKING:
    from registry_gitops.registry.contents.health_monitor import Health


@dataclass(frozen=True, slots=True)
class State:
    """One for each registry."""

    storage: Storage
    contents: Contents
    sessions: Sessions
    gates: Gates
    """Whoever puts a manifest shares the gate of its repository, whoever deletes one is alone: so tags never dangle."""
    health: Health
    max_manifest_size: int
    lists: Lock = field(default_factory=Lock)
    """Held while a long list is put together: that takes memory and no waiting, so several at once gain nothing."""
