"""From a HelmRelease to the directory of its chart, as far as it is in sight."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem, is_decided_later
from registry_gitops.masking import quote
from registry_gitops.repository import ARTIFACT_GENERATOR, FluxRepository, file_of, find_copies

HELM_CHART: Final = "HelmChart.source.toolkit.fluxcd.io"
OCI_REPOSITORY: Final = "OCIRepository.source.toolkit.fluxcd.io"
_SOURCES: Final = {
    "GitRepository": "GitRepository.source.toolkit.fluxcd.io",
    "Bucket": "Bucket.source.toolkit.fluxcd.io",
}


@dataclass(frozen=True)
class ChartOrder:
    """What an object says of a chart: `spec.chart.spec` of a HelmRelease, or `spec` of a HelmChart."""

    subject: Manifest
    path: Path
    """Where that is in the object."""

    def text(self, *path: str) -> str:
        """Return a text, or "" if it is none, or not known."""
        value = self.subject.get(*self.path, *path)
        return value if isinstance(value, str) and not is_decided_later(value) else ""

    @property
    def source(self) -> tuple[str, str, str]:
        """Kind, namespace, and name of the source."""
        kind, namespace, name = (self.text("sourceRef", key) for key in ("kind", "namespace", "name"))
        return kind, namespace or self.subject.namespace, name


@dataclass(frozen=True)
class LocatedChart:
    """A chart in sight."""

    path: FilePath
    """Directory or package, as findings show it."""
    order: ChartOrder | None = None
    base: FilePath | None = None
    """The directory that the paths of values files count from; None if those are in the chart."""


def find_order(release: Manifest, repository: FluxRepository) -> ChartOrder | None:
    """Return what a HelmRelease, or the HelmChart that it names, says of the chart."""
    if release.mapping("spec", "chart"):
        return ChartOrder(release, ("spec", "chart", "spec"))
    if release.get("spec", "chartRef", "kind") == "HelmChart":
        found = repository.find(HELM_CHART, *_reference(release))
        return ChartOrder(found[0], ("spec",)) if len(found) == 1 else None
    return None


def locate_chart(
    release: Manifest, repository: FluxRepository, named: Mapping[str, str]
) -> LocatedChart | Problem | None:
    """Return the chart of a HelmRelease, what is wrong with its path, or None if it is not in sight.

    `named` has the charts of `--chart`: name -> path.
    """
    order = find_order(release, repository)
    for name in _names(release, order, repository):
        if name in named:
            return LocatedChart(FilePath(named[name]), order)
    if order is not None and order.source[0] in _SOURCES and repository.root is not None:
        return _in_repository(order, repository)
    if release.get("spec", "chartRef", "kind") == "ExternalArtifact" and repository.root is not None:
        return _of_artifact(release, repository)
    return None


def _names(release: Manifest, order: ChartOrder | None, repository: FluxRepository) -> Iterator[str]:
    """Yield the names under which `--chart` can give the chart."""
    if order is not None:
        yield order.text("chart")
        yield FilePath(order.text("chart")).name
        yield order.source[2]
        return
    namespace, name = _reference(release)
    yield name
    if release.get("spec", "chartRef", "kind") == "OCIRepository":
        for source in repository.find(OCI_REPOSITORY, namespace, name):
            url = source.get("spec", "url")
            yield url.rpartition("/")[2] if isinstance(url, str) else ""


def _reference(release: Manifest) -> tuple[str, str]:
    """Return namespace and name in chartRef."""
    namespace, name = (release.get("spec", "chartRef", key) for key in ("namespace", "name"))
    namespace = namespace if isinstance(namespace, str) else release.namespace
    return namespace, name if isinstance(name, str) else ""


def _in_repository(order: ChartOrder, repository: FluxRepository) -> LocatedChart | Problem | None:
    path = order.text("chart")
    if not path or order.text("valuesFile"):  # of v2beta1, in which it replaced the values in another way
        return None
    base = _base_of(order, repository)
    if base is None and not _is_in_sight(order, repository):
        base = next((each for each in _ancestors(order.subject, repository) if _is_chart(join(each, path))), None)
    if base is None:
        return None
    if _is_chart(join(base, path)):
        return LocatedChart(show(join(base, path)), order, base)
    return _not_found(order, base, path, repository)


def _not_found(order: ChartOrder, base: FilePath, path: str, repository: FluxRepository) -> Problem | None:
    kind, namespace, name = order.source
    if any(source.list("spec", "include") for source in repository.find(_SOURCES[kind], namespace, name)):
        return None  # Another repository can be in this one.
    folder = FilePath(file_of(order.subject)).parent
    here = folder.relative_to(base) / path
    remedy = "write the path from the root of the repository, or add the chart"
    if _is_chart(folder / path):
        remedy = f"write ./{os.path.normpath(here)}: the path counts from the root of the repository"
    return Problem((*order.path, "chart"), f"{kind} {quote(name)} has no Chart.yaml at {quote(path)}", remedy)


def _base_of(order: ChartOrder, repository: FluxRepository) -> FilePath | None:
    """Return the directory that is the root of the source, if the paths of Kustomizations show it."""
    file = FilePath(file_of(order.subject))
    bases = {each.base for each in repository.flux_kustomizations if each.base and _is_same(each.source, order.source)}
    return next((folder for folder in file.parents if str(folder) in bases), None)


def _is_same(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Whether two sources are the same, as far as their namespaces are known."""
    return one[::2] == other[::2] and (one[1] == other[1] or "" in (one[1], other[1]))


def _is_in_sight(order: ChartOrder, repository: FluxRepository) -> bool:
    """Whether the source is an object of the run. It is another repository if no Kustomization uses it."""
    kind, namespace, name = order.source
    return bool(repository.find(_SOURCES[kind], namespace, name))


def _of_artifact(release: Manifest, repository: FluxRepository) -> LocatedChart | None:
    """Return the chart that an ArtifactGenerator copies into the artifact, if it copies nothing else."""
    _, name = _reference(release)
    copies = find_copies(repository.of_kind(ARTIFACT_GENERATOR), name) or ()
    if len(copies) != 1:
        return None
    path = copies[0].source
    for base in _ancestors(release, repository):
        if path.strip("/") and _is_chart(join(base, path)):
            return LocatedChart(show(join(base, path)), None, base)
    return None


def _ancestors(subject: Manifest, repository: FluxRepository) -> Iterator[FilePath]:
    """Yield the directories from the root of the repository down to that of the object."""
    root, folders = FilePath(repository.root or ""), FilePath(file_of(subject)).parents
    yield from (folder for folder in reversed(folders) if folder.is_relative_to(root))


def join(base: FilePath, path: str) -> FilePath:
    """Return the path below `base`, as Flux joins them (securejoin): no path leaves the source."""
    return base / os.path.normpath(f"/{path}").lstrip("/")


def show(path: FilePath) -> FilePath:
    """Return a path as findings show it: relative to the working directory, if it is below that."""
    return path.relative_to(FilePath.cwd()) if path.is_relative_to(FilePath.cwd()) else path


def _is_chart(path: FilePath) -> bool:
    return (path / "Chart.yaml").is_file() or (path.suffix == ".tgz" and path.is_file())
