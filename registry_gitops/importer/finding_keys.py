"""Keys of a config file as findings write them, values.tolerations[0].key, in its plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry_gitops.documents import Path
from registry_gitops.importer.input_keys import format_path


def resolve_key(config: Any, key: str) -> Path:
    """Return the path of the innermost part of `key` that the data has; keys of mappings can have dots."""
    return max(_paths(config, key), key=len, default=())


def _paths(place: Any, rest: str) -> Iterator[Path]:
    items = place.items() if isinstance(place, dict) else enumerate(place) if isinstance(place, list) else ()
    for step, item in items:
        name = format_path((step,))
        below = rest.removeprefix(name)
        if rest.startswith(name) and (not below or below[0] in ".["):
            yield (step,)
            yield from ((step, *path) for path in _paths(item, below.removeprefix(".")))


def place_at(config: Any, path: Path) -> Any:
    """Return what the data has at a path that it has."""
    for step in path:
        config = config[step]
    return config


def remove_at(config: dict[str, Any], path: Path) -> Path:
    """Remove what is at a path that the data has, and the sections that are empty without it.

    Return the path of the outermost one that was removed.
    """
    *sections, last = path
    place = place_at(config, tuple(sections))
    del place[last]
    return path if place or not sections else remove_at(config, tuple(sections))
