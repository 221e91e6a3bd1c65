"""Keys of config.yml that the registry does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.masking import show_key
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import find_registries
from registry_gitops.rules.manifests.workloads.registry_settings import NO_DRIVERS


def find_ignored_settings(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """config.yml has a key that the registry does not know.

    Why: it ignores the key without a word. A typo in `auth` or `delete` leaves the registry open, and keys of version
    2, such as redis.addr, have no effect in version 3. Keys are in lower case.

    Source: https://github.com/distribution/distribution/issues/4621,
    https://distribution.github.io/distribution/about/configuration/

    Bad: `http.relativeURLs: true`   Good: `http.relativeurls: true`
    """
    seen: set[int] = set()
    for registry in find_registries(repository):
        settings = registry.settings
        config = settings.config
        if config is None or id(config) in seen or registry.image.major != 3:
            continue
        seen.add(id(config))
        if not isinstance(settings.of_config, dict):
            continue
        for path, remedy in _unknown_keys(settings.of_config):
            message = f"the registry ignores {show_key('.'.join(map(str, path)))}: it knows no such key"
            yield config, Problem(("data", settings.config_key, *path), message, remedy, on_key=True)


_KNOWN: Final[frozenset[Path]] = frozenset(
    [
        *[("version",), ("loglevel",), ("http", "net"), ("validation", "enabled"), ("redis", "isclustermode")],
        *[("storage", "cache", "layerinfo"), ("auth", "silly")],
    ]
)
"""Keys that the registry knows, and the chart has no use for."""


def _unknown_keys(config: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each key that the registry does not know, and what to do about it."""
    # Imported here, because few repositories run a registry by themselves: it takes 100 ms.
    from pydantic import ValidationError

    from registry_gitops.values import Configuration

    try:
        Configuration.model_validate(config, by_alias=True, by_name=False)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            path = detail["loc"]
            if detail["type"] == "unknown_key" and path not in _KNOWN and not _is_open(path):
                meant = re.search(r'did you mean ("\w+")', detail["msg"])
                yield path, f"write {meant[1]}" if meant else "correct the name, or remove the key"


def _is_open(path: Path) -> bool:
    """Return whether a key is the name of a driver or a middleware, or one of their parameters."""
    return path[0] == "middleware" or (path[0] == "storage" and (len(path) == 2 or path[1] not in NO_DRIVERS))
