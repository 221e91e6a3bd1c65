"""Values of Helm charts, checked as Helm checks them: which chart a HelmRelease uses, and what its schema refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from registry_gitops.documents import Manifest
from registry_gitops.repository import FluxRepository
from registry_gitops.validation.charts.rendered_release import is_rendered
from registry_gitops.validation.locating import Located

__all__ = ["HELM_RELEASE", "find_chart_problems"]

HELM_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
_IN_REPOSITORY: Final = ("GitRepository", "Bucket", "HelmChart", "ExternalArtifact")


def find_chart_problems(
    repository: FluxRepository, named: Mapping[str, str], releases: Sequence[Manifest] | None = None
) -> Iterator[Located]:
    """Yield what is wrong with charts in sight, and with the values of the HelmReleases that use them.

    `named` has the charts of `--chart`: name -> path. `releases` are those of the repository, if none are given.
    """
    releases = repository.of_kind(HELM_RELEASE) if releases is None else releases
    if named or any(_can_be_in_sight(release, repository) for release in releases):
        # Imported here, because most charts are in a registry: it takes 10 ms.
        from registry_gitops.validation.charts.checks import check_releases

        yield from check_releases(releases, repository, named)


def _can_be_in_sight(release: Manifest, repository: FluxRepository) -> bool:
    kinds = (release.get("spec", "chart", "spec", "sourceRef", "kind"), release.get("spec", "chartRef", "kind"))
    return any(kind in _IN_REPOSITORY for kind in kinds) or is_rendered(release, repository)
