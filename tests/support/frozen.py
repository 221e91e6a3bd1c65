"""Looking for what can be changed in place."""

from __future__ import annotations

from datetime import datetime

from registry_gitops.model import FrozenDict, Model


def mutable(value: object, path: str = "") -> list[str]:
    """Return the places in `value`, at any depth, that hold something that can be changed in place."""
    if isinstance(value, Model):
        return [place for name, item in vars(value).items() for place in mutable(item, f"{path}.{name}")]
    if isinstance(value, tuple):
        return [place for index, item in enumerate(value) for place in mutable(item, f"{path}[{index}]")]
    if isinstance(value, FrozenDict):
        return [place for key, item in value.items() for place in mutable(item, f"{path}.{key}")]
    return [] if isinstance(value, str | int | float | datetime | None) else [f"{path}: {type(value).__name__}"]
