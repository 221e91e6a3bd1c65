"""What was promised of a registry, as plain values, to compare with what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Expectations:
    """What a registry is expected to be. None: nothing is expected."""

    login: bool | None = None
    """Whether every request needs credentials."""
    delete: bool | None = None
    """Whether images can be deleted."""
    tls: bool | None = None
    """Whether clients reach it over TLS."""
    settings: Mapping[str, object] = field(default_factory=dict, hash=False)
    """The chart values of the description by their dotted keys, for example {"deletion.enabled": True}."""
    source: str = ""
    """The file that they come from, for example registry.yaml."""
