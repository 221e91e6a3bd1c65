"""Directories that a source leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.known_text import known_text
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched
from registry_gitops.rules.manifests.flux.referenced_sources import referenced_sources

_PLACES: Final[dict[str, tuple[Path, Path]]] = {
    kinds.FLUX_KUSTOMIZATION: (("spec", "path"), ("spec", "sourceRef")),
    kinds.HELM_RELEASE: (("spec", "chart", "spec", "chart"), ("spec", "chart", "spec", "sourceRef")),
}
"""Kind -> where the path in the source is, and the reference to the source."""

KINDS_WITH_SOURCE_PATH: Final = frozenset(_PLACES)

_WITH_IGNORE: Final = {"GitRepository", "OCIRepository", "Bucket"}
_EVERYTHING: Final = ("/*", "*", "/**", "**")


def ignored_path(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The source leaves out the directory that a Kustomization or a HelmRelease takes from it.

    Why: what `ignore` of a source excludes is not in the artifact, so Flux stays at "path not found". It looks as if
    the repository had lost the directory.

    Source: https://github.com/fluxcd/flux2/issues/1335

    Bad: `path: ./apps` with a GitRepository that has `/*` and `!/deploy` in ignore   Good: `!/apps` in ignore
    """
    place, reference = _PLACES[manifest.group_kind]
    kind, name = manifest.get(*reference, "kind"), manifest.get(*reference, "name")
    path = normpath("/" + known_text(manifest, *place)).strip("/")
    if not isinstance(kind, str) or kind not in _WITH_IGNORE or not isinstance(name, str) or not path:
        return
    sources = referenced_sources(manifest, repository, *reference)
    if sources and all(_leaves_out(source, path, repository) for source in sources):
        message = f"the {kind} {name} leaves this directory out, by spec.ignore"
        yield Problem(place, message, "include the directory in spec.ignore of the source, with a line such as !/apps")


def _leaves_out(source: Manifest, path: str, repository: FluxRepository) -> bool:
    """Whether a source certainly has nothing of a directory: patterns with wildcards are taken to include it."""
    is_out = False
    for line in known_text(source, "spec", "ignore").splitlines():
        pattern = line.strip()
        if pattern.startswith("!"):
            included = pattern[1:].strip("/")
            if any(char in included for char in "*?[") or _overlaps(included, path):
                is_out = False
        elif pattern in _EVERYTHING:
            is_out = True
        elif pattern.startswith("/") and not any(char in pattern for char in "*?["):
            is_out = is_out or f"{path}/".startswith(f"{pattern.strip('/')}/")
    return is_out and not is_field_patched(source, repository, "spec", "ignore")


def _overlaps(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
