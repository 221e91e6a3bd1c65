"""Labels and annotations that Flux reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem, YAMLDocument, is_decided_later
from registry_gitops.repository import FluxRepository

_SWITCH: Final = frozenset({"enabled", "disabled"})
_APPLY_POLICIES: Final = frozenset({"override", "merge", "ifnotpresent", "ignore"})
_VALUES: Final = {
    "kustomize.toolkit.fluxcd.io/prune": _SWITCH,
    "kustomize.toolkit.fluxcd.io/reconcile": _SWITCH,
    "kustomize.toolkit.fluxcd.io/force": _SWITCH,
    "kustomize.toolkit.fluxcd.io/substitute": _SWITCH,
    "kustomize.toolkit.fluxcd.io/ssa": _APPLY_POLICIES,
    "helm.toolkit.fluxcd.io/driftDetection": _SWITCH,
}
_SHOWN: Final = {_SWITCH: "enabled or disabled", _APPLY_POLICIES: "Override, Merge, IfNotPresent, or Ignore"}
_CASE_MATTERS: Final = "kustomize.toolkit.fluxcd.io/substitute"


def flux_annotation(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A label or annotation for Flux has a value that Flux does not know.

    Why: Flux ignores it. An object with `prune: "false"` is deleted like any other when it leaves the repository, with
    the data that it holds.

    Source: https://github.com/fluxcd/kustomize-controller/issues/237

    Bad: `kustomize.toolkit.fluxcd.io/prune: "false"`   Good: `kustomize.toolkit.fluxcd.io/prune: disabled`
    """
    metadata = manifest.value.get("metadata")
    if isinstance(metadata, dict):
        for field in ("annotations", "labels"):
            yield from _unknown_values(metadata.get(field), ("metadata", field))


def generated_flux_annotation(repository: FluxRepository) -> Iterator[tuple[YAMLDocument, Problem]]:
    """Find the same in what kustomization files add to the objects that they generate."""
    for file in repository.kustomization_files:
        options: list[Path] = [("generatorOptions",)]
        for generator in ("configMapGenerator", "secretGenerator"):
            options += [(generator, index, "options") for index in range(len(file.list(generator)))]
        for path in options:
            value = _get(file.value, path)
            for field in ("annotations", "labels"):
                for problem in _unknown_values(_get(value, (field,)), (*path, field)):
                    yield file.document, problem


def _unknown_values(entries: object, path: Path) -> Iterator[Problem]:
    if isinstance(entries, dict):
        for key in sorted(entries.keys() & _VALUES.keys()):
            if not _is_known(key, entries[key]):
                message = f"Flux knows no such value of {key}, and ignores it"
                yield Problem((*path, key), message, f"write {_SHOWN[_VALUES[key]]}")


def _is_known(key: str, value: object) -> bool:
    if not isinstance(value, str) or is_decided_later(value):
        return True
    return (value if key == _CASE_MATTERS else value.lower()) in _VALUES[key]


def _get(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value
