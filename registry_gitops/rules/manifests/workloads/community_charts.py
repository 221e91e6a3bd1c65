"""HelmReleases that deploy a registry by another chart than ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.findings import Severity
from registry_gitops.masking import show_key
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.community_chart_keys import COMMUNITY_CHART_KEYS, COMMUNITY_CHART_URLS

_OCI_REPOSITORY: Final = "OCIRepository.source.toolkit.fluxcd.io"
RELEASE_KINDS: Final = frozenset(["HelmRelease.helm.toolkit.fluxcd.io"])
UNPUBLISHED_CHART_KINDS: Final = RELEASE_KINDS | {_OCI_REPOSITORY}
_HELM_REPOSITORY: Final = "HelmRepository.source.toolkit.fluxcd.io"
_CHART: Final = "docker-registry"
_BITNAMI: Final = ("charts.bitnami.com/bitnami", "registry-1.docker.io/bitnamicharts", "docker.io/bitnamicharts")

_MESSAGE: Final = "Bitnami never published a chart docker-registry, so Flux can never deploy this"
_REMEDY: Final = "use https://twuni.github.io/docker-registry.helm, or render a chart with `registry-gitops render`"


def find_unpublished_charts(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the chart of a registry that Bitnami never had."""
    if manifest.group_kind == _OCI_REPOSITORY:
        url = str(manifest.get("spec", "url") or "")
        if url.endswith(f"/{_CHART}") and any(f"//{each}/" in url for each in _BITNAMI):
            yield Problem(("spec", "url"), _MESSAGE, _REMEDY, severity=Severity.ERROR)
    elif _is_from(manifest, repository, _BITNAMI):
        yield Problem(("spec", "chart", "spec", "chart"), _MESSAGE, _REMEDY, severity=Severity.ERROR)


def _is_from(release: Manifest, repository: FluxRepository, hosts: tuple[str, ...]) -> bool:
    """Return whether a release has the chart docker-registry of a repository at one of the addresses."""
    spec = release.mapping("spec", "chart", "spec")
    source = spec.get("sourceRef")
    if spec.get("chart") != _CHART or not isinstance(source, dict) or source.get("kind") != "HelmRepository":
        return False
    namespace = source.get("namespace") or repository.namespace_of(release)
    sources = repository.find(_HELM_REPOSITORY, str(namespace), str(source.get("name")))
    urls = [str(each.get("spec", "url")).rstrip("/") for each in sources]
    return bool(urls) and all(url.partition("://")[2] in hosts for url in urls)


def is_of_community(release: Manifest, repository: FluxRepository) -> bool:
    """Return whether a release has the community's chart."""
    return _is_from(release, repository, COMMUNITY_CHART_URLS)


def find_ignored_values(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the values of a registry that the community's chart does not read."""
    if not is_of_community(manifest, repository):
        return
    for key, section in manifest.mapping("spec", "values").items():
        known = COMMUNITY_CHART_KEYS.get(key)
        if known is None:
            if not key.startswith(("_", "x-")):
                yield _ignored((key,), list(COMMUNITY_CHART_KEYS))
        elif known and isinstance(section, dict):
            yield from (_ignored((key, each), list(known)) for each in section if each not in known)


def _ignored(path: tuple[Any, ...], known: list[str]) -> Problem:
    # Imported here, because it takes 5 ms, and most runs need no suggestion.
    from difflib import get_close_matches

    close = get_close_matches(str(path[-1]), known, 1)
    remedy = f"write {close[0]}" if close else "remove it, or write a key of the chart"
    message = f"the chart ignores {show_key('.'.join(map(str, path)))}: it has no such value"
    return Problem(("spec", "values", *path), message, remedy, on_key=True)
