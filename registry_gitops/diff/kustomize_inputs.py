"""The files that kustomize reads for an output directory, wherever they are in the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.codec import YAMLError
from registry_gitops.diff.rendering import ABOVE, KUSTOMIZATION_NAMES, Rendering
from registry_gitops.documents import SourceFile, read_documents

_LONGEST: Final = 255
"""Characters of what can be a path: patches are texts too."""


def collect_files(rendering: Rendering, directory: str = "") -> dict[str, str]:
    """Return path from the root of the repository -> text, of the output directory and of what it refers to.

    `directory` is another one from which Flux applies it.
    """
    own = {path: text for path, text in rendering.files.items() if not path.startswith(ABOVE)}
    local = {**rendering.read_directory(rendering.place), **own}
    files = {posixpath.normpath(posixpath.join(rendering.place, path)): text for path, text in local.items()}
    if directory:
        _add(files, rendering.read_directory(directory), directory)
    seen = set[str]()
    while unseen := [path for path in files if posixpath.basename(path) in KUSTOMIZATION_NAMES and path not in seen]:
        for path in unseen:
            seen.add(path)
            for referred in _list_references(path, files[path]):
                _add(files, rendering.read_directory(referred), referred)
    return files


def _add(files: dict[str, str], found: Mapping[str, str], directory: str) -> None:
    for path, text in found.items():
        files.setdefault(posixpath.normpath(posixpath.join(directory, path)), text)


def _list_references(path: str, text: str) -> Iterator[str]:
    """Yield the paths outside of its directory that a kustomization file can mean, from the root of the repository."""
    try:
        values = [document.value for document in read_documents(SourceFile(path, text))]
    except YAMLError:  # which kustomize reports
        return
    for found in _list_texts(values):
        named = found.rpartition("=")[2]  # a generator can give a file another name
        if named.startswith(ABOVE) and len(named) <= _LONGEST and "\n" not in named:
            referred = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
            if not referred.startswith(ABOVE) and referred not in (".", ".."):
                yield referred


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _list_texts(item)
