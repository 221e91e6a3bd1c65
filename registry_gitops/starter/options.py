"""What a starter is made of, and for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Layout = Literal["flat", "monorepo", "per-app"]
"""How a repository is laid out: a directory with all of a deployment, environments that extend a base, or a directory
for each application below that of its namespace."""


@dataclass(frozen=True)
class StarterOptions:
    """The deployment that a starter describes. `url` is that of the Helm repository, or of the chart in a registry."""

    source: Literal["git", "helm", "oci"] = "git"
    url: str | None = None
    name: str = "docker-registry"
    namespace: str = "docker-registry"
    schema: str | None = None
    """URL or existing file of the JSON Schema that config files name. None: that of the repository, or a new one."""
    python: bool = False
    """Whether the config file is a registry.py, which only the layout `flat` has."""


@dataclass(frozen=True)
class Starter:
    """The files of a starter, by their paths from its directory, and what the user does next."""

    files: Mapping[str, str]
    steps: tuple[str, ...]
    """Sentences in the imperative, with the paths as a user in the current directory writes them."""
