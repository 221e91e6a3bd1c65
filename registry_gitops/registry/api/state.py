"""What the handlers of one registry share."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from registry_gitops.registry.contents import ContentStore, HealthMonitor, Repositories, UploadSessions


@dataclass(frozen=True, slots=True)
class State:
    """What a registry keeps, its health, and its limits."""

    content: ContentStore
    repositories: Repositories
    uploads: UploadSessions
    health: HealthMonitor
    max_manifest_size: int
    """Bytes."""
    list_lock: Lock = field(default_factory=Lock)
    """Held to build a long list: that takes memory and no waiting, so several at once gain nothing."""
