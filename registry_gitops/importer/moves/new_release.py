"""The release of Flux that the old registry becomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Final

from registry_gitops.deployment import CHART_NAME, GitSource, RegistryDeployment
from registry_gitops.facts import ObjectNames
from registry_gitops.filenames import CONFIG_FILES

HELM_RELEASES: Final = "helmreleases.helm.toolkit.fluxcd.io"
"""The kind, as kubectl writes it: Flux 1 has one of the same short name."""


@dataclass(frozen=True)
class NewRelease:
    """What Flux deploys after the move."""

    deployment: RegistryDeployment
    directory: Path
    """Directory of the config file, and of what `render` writes."""

    @property
    def names(self) -> ObjectNames:
        """Names of its objects."""
        return ObjectNames(self.deployment)

    @property
    def in_flux(self) -> str:
        """The HelmRelease, for the options of flux: -n NAMESPACE NAME."""
        return f"-n {self.names.namespace} {self.deployment.name}"

    @property
    def chart(self) -> str:
        """Path of the chart in the Git repository."""
        source = self.deployment.source
        return source.chart_path if isinstance(source, GitSource) else CHART_NAME

    @property
    def config(self) -> str:
        """Path of the config file, for a shell."""
        return quote(str(self.directory / CONFIG_FILES[0]))

    @property
    def manifest(self) -> str:
        """Path of the manifest of the HelmRelease, for a shell."""
        return quote(str(self.directory / "helmrelease.yaml"))
