"""Files by path, for everything that the registry keeps: on a disk, or in memory. Knows neither HTTP nor the layout.

Two promises carry the rest:

- What `publish` and `remove` did is durable when they return: it survives a crash and a power loss.
- They change a path atomically: a reader sees all of the old or all of the new, whenever the process ends.

One suite, tests/registry/storage, tests both storages.
"""

from registry_gitops.registry.storage.filesystem import DATA_PATH, FileStorage
from registry_gitops.registry.storage.interface import Draft, OpenFile, Stat, Storage
from registry_gitops.registry.storage.memory import MemoryStorage

__all__ = ["DATA_PATH", "Draft", "FileStorage", "MemoryStorage", "OpenFile", "Stat", "Storage"]
