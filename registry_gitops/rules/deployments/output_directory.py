"""What rules know of the output directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registry_gitops.deployment import RegistryDeployment


class PathKind(StrEnum):
    """What a path leads to, as kustomize sees it."""

    MISSING = "missing"
    FILE = "file"
    DIRECTORY = "directory without a kustomization file"
    KUSTOMIZATION = "kustomization"
    OTHER_KUSTOMIZATION = "kustomization without the output directory"
    COMPONENT = "component"


@dataclass(frozen=True)
class NamedPath:
    """A path that `kustomization` names."""

    kind: PathKind
    text: str = field(default="", repr=False)
    """Text of the file, "" for all else."""


@dataclass(frozen=True)
class HiddenChart:
    """Files of the chart that do not reach Flux: of the shared one, or of chart/ in the output directory."""

    path: str
    """Path from the root of the Git repository, or from the output directory."""
    ignored: tuple[str, ...] = ()
    """Files that Git ignores, and does not track: paths from that of the chart."""
    left_out: tuple[str, ...] = ()
    """Files that a .sourceignore keeps out of what Flux reads."""


@dataclass(frozen=True)
class SharedChart:
    """What is in the directory that `source.chart` names."""

    path: str
    """Path from the root of the Git repository, or from the output directory if that is in none."""
    name: str | None = None
    """Name of the chart. None if there is no chart."""
    version: str = ""
    changed: tuple[str, ...] = ()
    """Files that differ from those of the chart of this version, or that are missing."""
    added: tuple[str, ...] = ()
    """Other files in directories of the chart."""
    hidden: HiddenChart | None = None
    """What of it does not reach Flux. None if all of it does."""


@dataclass(frozen=True)
class EarlierKustomization:
    """A Flux Kustomization of the files rendered before."""

    path: str
    """Path of its file from the output directory."""
    identity: tuple[str, str]
    """Namespace, "" for none, and name."""
    keeps_objects: bool
    """Whether its objects stay if it is deleted."""
    target_namespace: str = ""
    """Namespace that it moves the objects to, "" for none."""


@dataclass(frozen=True)
class OutputDirectory:
    """What is known of the output directory: read once, before the rules run."""

    path_in_repository: str | None = None
    """Path from the root of its Git repository, "." for the root. None if it is in no repository, or not known."""

    earlier: RegistryDeployment | None = None
    """Names and values of the files rendered before; None if there are none, or if they are not known."""

    named: Mapping[str, NamedPath] = field(default_factory=dict)
    """The paths that `kustomization` names, relative to the directory; none if nothing is known of them."""

    applied: Mapping[str, PathKind] = field(default_factory=dict)
    """What is at the paths that `flux` applies, from the root of the repository; none if nothing is known of them."""

    earlier_kustomizations: tuple[EarlierKustomization, ...] = ()
    """The Flux Kustomizations rendered before; none if there are none, or if they are not known."""

    shared_chart: SharedChart | None = None
    """The chart that the deployment shares with others. None if it shares none, or if nothing is known of it."""

    hidden_chart: HiddenChart | None = None
    """What does not reach Flux of chart/ in the directory. None if all of it does, or if nothing is known of it."""
