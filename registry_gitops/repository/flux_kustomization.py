"""A Kustomization of Flux: which directory of the repository it applies."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from registry_gitops.documents import Manifest, is_decided_later
from registry_gitops.repository.generated_artifact import ArtifactCopy, find_copies

FLUX_KUSTOMIZATION: Final = "Kustomization.kustomize.toolkit.fluxcd.io"

_SourceKey = tuple[str, str, str]


class FluxKustomization:
    """A Kustomization of Flux, and the directory that it applies."""

    def __init__(self, manifest: Manifest, file: str) -> None:
        self.manifest = manifest
        self.file = file
        """Absolute path of the file that it is written in."""
        path = manifest.get("spec", "path")
        self.path: str = path if isinstance(path, str) else ""
        target = manifest.get("spec", "targetNamespace")
        self.namespace: str = target if isinstance(target, str) else ""
        """The namespace that all objects get, or "" if they keep theirs."""
        self.folder: str | None = None
        """Absolute path of the directory that it applies; None if that is not in sight."""
        self.base: str | None = None
        """Absolute path of the directory that `path` counts from; None if that cannot be told."""
        self.is_missing = False
        """Whether the source, which is in sight, does not have the directory."""

    def full_name(self, name: str) -> str:
        """Return the name that an object gets."""
        prefix, suffix = (self.manifest.get("spec", key) or "" for key in ("namePrefix", "nameSuffix"))
        return f"{prefix}{name}{suffix}"

    @property
    def source(self) -> _SourceKey:
        """Kind, namespace, and name of the source."""
        reference = self.manifest.mapping("spec", "sourceRef")
        texts = [reference.get(key) for key in ("kind", "namespace", "name")]
        kind, namespace, name = (text if isinstance(text, str) else "" for text in texts)
        return kind, namespace or self.manifest.namespace, name

    @property
    def components(self) -> Iterator[tuple[int, str]]:
        """Index and absolute path of each component that it adds."""
        for index, text in enumerate(self.manifest.list("spec", "components")):
            if isinstance(text, str) and self.folder and "://" not in text:
                yield index, os.path.normpath(os.path.join(self.folder, text))


def locate_folders(kustomizations: Sequence[FluxKustomization], generators: Iterable[Manifest], root: str) -> None:
    """Set the directory and the base of each Kustomization.

    A path counts from the root of its source. Whether that is this repository is known from the paths: a source is this
    repository, or the copy of a directory of it, if a directory is there. Repositories inside of a repository, such as
    examples, have their own root: the topmost directory above the Kustomization in which the path exists.
    """
    generators = tuple(generators)
    by_source: dict[_SourceKey, list[FluxKustomization]] = defaultdict(list)
    for each in kustomizations:
        if is_decided_later(each.path):
            continue
        copies = find_copies(generators, each.source[2]) if each.source[0] == "ExternalArtifact" else None
        if copies is not None:
            _locate_in_artifact(each, copies, root)
        else:
            by_source[each.source].append(each)
    for group in by_source.values():
        _locate_group(group, root)


def _locate_group(group: Sequence[FluxKustomization], root: str) -> None:
    """Set base and directory of the Kustomizations of one source."""
    possible = {
        id(each): [base for base in _ancestors(each.file, root) if _is_folder(base, each.path)]
        for each in group
        if _is_below_root(each.path)
    }
    votes = Counter(base for bases in possible.values() for base in bases)
    for each in group:
        bases = possible.get(id(each)) or [base for base in votes if _contains(base, each.file)]
        if bases:
            each.base = max(bases, key=lambda base: votes[base])
            folder = _join(each.base, each.path)
            each.folder = folder if os.path.isdir(folder) else None
            each.is_missing = each.folder is None and not _has_submodules(each.base)


def _is_below_root(path: str) -> bool:
    """Whether a path names more than the root of the source, which exists in every directory."""
    return os.path.normpath(path.lstrip("/") or ".") != "."


def _ancestors(file: str, root: str) -> list[str]:
    """Return the directories from `root` down to that of a file."""
    folder, found = os.path.dirname(file), []
    while folder.startswith(root):
        found.append(folder)
        if folder == root:
            break
        folder = os.path.dirname(folder)
    return found[::-1]


def _is_folder(base: str, path: str) -> bool:
    return os.path.isdir(_join(base, path))


def _join(base: str, path: str) -> str:
    # As Flux joins them (securejoin): no path leaves the source.
    return os.path.normpath(base + os.path.normpath("/" + path.lstrip("/")))


def _contains(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _has_submodules(base: str) -> bool:
    return os.path.exists(os.path.join(base, ".gitmodules"))


def _locate_in_artifact(each: FluxKustomization, copies: Sequence[ArtifactCopy], root: str) -> None:
    """Set the directory of which the path in the artifact is a copy, from the generator that is nearest to `each`.

    The path is missing if all that the artifact is made from is in sight, and has no such directory.
    """
    path = os.path.normpath("/" + each.path.lstrip("/"))
    bases = _ancestors(each.file, root)

    def distance(copy: ArtifactCopy) -> int:
        return -len(os.path.commonpath([copy.file, each.file]))

    for copy in sorted(copies, key=distance):
        if _contains(copy.target, path):
            relative = os.path.join(copy.source, os.path.relpath(path, copy.target))
            base = next((base for base in bases if _is_folder(base, relative)), None)
            if base is not None:
                each.folder = _join(base, relative)
                return
    is_in_sight = all(any(os.path.exists(_join(base, copy.source)) for base in bases) for copy in copies)
    is_above = any(_contains(path, copy.target) for copy in copies)
    each.is_missing = bool(copies) and is_in_sight and not is_above and not any(map(_has_submodules, bases))
