"""The values of a HelmRelease: those of valuesFrom, in order, with the inline values over them."""

from __future__ import annotations

import base64
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from registry_gitops.documents import (
    Manifest,
    Path,
    SourceFile,
    YAMLDocument,
    is_decided_later,
    read_documents,
    split_path,
)
from registry_gitops.repository import FluxRepository, KustomizationFile, changed_paths, file_of
from registry_gitops.validation.charts.merging import Values, copy_values, merge_maps

_LATER: Final = "${...}"
"""Stands for a value that is not in sight: it satisfies everything."""

_SPEC_VALUES: Final = ("spec", "values")


@dataclass(frozen=True)
class Layer:
    """Values that stand in one place."""

    values: Values
    subject: Manifest | YAMLDocument
    path: Path
    """Path of the values in the object or document."""

    def has(self, path: Path) -> bool:
        """Whether a value, or null, stands at the path."""
        _, missing = split_path(self.values, path)
        return not missing


@dataclass
class ReleaseValues:
    """The merged values of a release, and where they stand."""

    merged: Values = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    """In the order of merging: the inline values are last."""
    is_open: bool = False
    """Whether there can be more values, which are not in sight."""
    is_whole: bool = True
    """Whether all files of the repository were read: in another one, a patch can add values."""
    is_changed_by_patch: bool = False
    """Whether a patch in sight changes them."""


def read_values(release: Manifest, repository: FluxRepository) -> ReleaseValues | None:
    """Return the values of a HelmRelease, or None if a patch in sight gives it another chart."""
    found = ReleaseValues(
        is_open=is_decided_later(release.get(*_SPEC_VALUES)) or not repository.is_applied(release),
        is_whole=repository.is_complete or not repository.has(release),
    )
    targets: list[str] = []
    for reference in release.list("spec", "valuesFrom"):
        target = reference.get("targetPath") if isinstance(reference, dict) else None
        if isinstance(target, str) and target:
            targets.append(target)
            continue
        layer = _referenced(reference, release, repository) if isinstance(reference, dict) else None
        if layer is None:
            found.is_open = True
        else:
            found.layers.append(layer)
    found.layers.append(Layer(release.mapping(*_SPEC_VALUES), release, _SPEC_VALUES))
    for layer in found.layers:
        found.merged = merge_maps(found.merged, layer.values)
    found.merged = copy_values(found.merged)
    for target in targets:
        _set_later(found.merged, _steps(target))
    for path in _patched(release, repository):
        if path[1:2] in (("chart",), ("chartRef",)):
            return None
        if path[1:2] in ((), ("valuesFrom",), ("values",)):
            found.is_open = found.is_changed_by_patch = True
        if path[:2] == _SPEC_VALUES:
            _set_later(found.merged, list(path[2:]))
    return found


def _patched(release: Manifest, repository: FluxRepository) -> Iterator[Path]:
    """Yield the paths below spec that patches in sight can change."""
    for patch in repository.patches_for(release):
        yield from (path for path in changed_paths(patch.value) if path[:1] == ("spec",))


def _set_later(values: Values, steps: list[Any]) -> None:
    """Put a value that is not known at a path. A list with such a value is not known as a whole."""
    for step, following in itertools.zip_longest(steps, steps[1:]):
        below = values.get(step)
        is_key = isinstance(following, str) and following != "-"
        if not is_key or not isinstance(below, dict | None):
            values[step] = _LATER
            return
        values[step] = values = {} if below is None else below


def _steps(target: str) -> list[str]:
    """Return the keys of a targetPath, up to the first one with an index."""
    keys = [re.sub(r"\\(.)", r"\1", key) for key in re.split(r"(?<!\\)\.", target)]
    found: list[str] = []
    for key in keys:
        found.append(key.partition("[")[0])
        if "[" in key:
            break
    return found


def _referenced(reference: Values, release: Manifest, repository: FluxRepository) -> Layer | None:
    """Return the values that an entry of valuesFrom names, or None if they are not in sight."""
    kind, name, key = reference.get("kind"), reference.get("name"), reference.get("valuesKey") or "values.yaml"
    if kind not in ("ConfigMap", "Secret") or not isinstance(name, str) or not isinstance(key, str):
        return None
    namespace = repository.namespace_of(release)
    objects = [each for each in repository.find(kind, namespace, name) if each.name == name]
    generators = list(_generators(kind, name, release, repository))
    if len(objects) + len(generators) != 1:
        return None
    if objects:
        return None if any(repository.patches_for(objects[0])) else _of_object(objects[0], key)
    return _of_generator(*generators[0], key, repository)


def _of_object(manifest: Manifest, key: str) -> Layer | None:
    text = manifest.get("stringData", key) if manifest.kind == "Secret" else None
    section = "stringData" if isinstance(text, str) else "data"
    text = manifest.get(section, key)
    if not isinstance(text, str) or is_decided_later(text[:4]):
        return None
    if manifest.kind == "Secret" and section == "data":
        try:
            text = base64.b64decode(text, validate=True).decode()
        except ValueError:
            return None
    document = _read(SourceFile(manifest.document.source.name, text))
    if document is None:
        return None
    return Layer(document.value, manifest, (section, key))


def _generators(
    kind: str, name: str, release: Manifest, repository: FluxRepository
) -> Iterator[tuple[KustomizationFile, Values]]:
    """Yield the generators of that name next to a HelmRelease, or all of them if one merges into another."""
    field_name = "configMapGenerator" if kind == "ConfigMap" else "secretGenerator"
    named = [
        (file, item)
        for file in repository.kustomization_files
        for item in file.list(field_name)
        if isinstance(item, dict) and item.get("name") == name
    ]
    beside = [(file, item) for file, item in named if FilePath(file.folder) == FilePath(file_of(release)).parent]
    changes = any(item.get("behavior") in ("merge", "replace") for _, item in named)
    yield from beside if beside and not changes else named


def _of_generator(file: KustomizationFile, item: Values, key: str, repository: FluxRepository) -> Layer | None:
    files = item.get("files")
    for entry in files if isinstance(files, list) else ():
        name, separator, path = str(entry).partition("=")
        path = path if separator else name
        if key != (name if separator else FilePath(path).name):
            continue
        target = os.path.normpath(FilePath(file.folder) / path)
        documents = repository.graph.documents_of(target) or list(filter(None, [_read_file(target)]))
        if len(documents) == 1 and isinstance(documents[0].value, dict) and "sops" not in documents[0].value:
            return Layer(documents[0].value, documents[0], ())
    return None


def _read_file(path: str) -> YAMLDocument | None:
    try:
        return _read(SourceFile(os.path.relpath(path), FilePath(path).read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _read(source: SourceFile) -> YAMLDocument | None:
    """Return the only document of a text, if it is a mapping."""
    try:
        documents = list(read_documents(source))
    except ValueError:
        return None
    return documents[0] if len(documents) == 1 and isinstance(documents[0].value, dict) else None
