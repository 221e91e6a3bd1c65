"""All builds of a run, in parallel."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

from registry_gitops.documents import Manifest, Path, Problem, Role, SourceFile, YAMLDocument, read_documents
from registry_gitops.repository import FluxRepository, Patch
from registry_gitops.validation.builds.build import Build, BuiltObject
from registry_gitops.validation.builds.kustomize import BuildError, build_directory, find_kustomize
from registry_gitops.validation.builds.roots import Root, find_roots
from registry_gitops.validation.examination import count_of

_ORIGIN: Final = "config.kubernetes.io/origin"
_REMEDY: Final = "correct it: until then, Flux applies nothing of this Kustomization"


class _Output(NamedTuple):
    directory: str
    """Where it was built: paths of origins count from there."""
    text: str


@dataclass
class Builds:
    """What kustomize built, what it refused, and what was not built."""

    builds: Sequence[Build] = ()
    refusals: Sequence[tuple[YAMLDocument, Problem]] = ()
    """What is wrong by the rule kustomize-build."""
    remarks: list[str] = field(default_factory=list)
    """What could not be looked at, and why."""


def build_all(repository: FluxRepository, jobs: int = 0) -> Builds:
    """Build each directory that overlays or patches change. `jobs` is how many at a time; 0 is one per core."""
    if repository.root is None or not repository.kustomization_files:
        return Builds()
    roots = [root for root in find_roots(repository) if root.has_changes]
    if not roots:
        return Builds()
    command = find_kustomize()
    if command is None:
        return Builds(remarks=["overlays were not built: neither kustomize nor kubectl is on PATH"])
    from concurrent.futures import ThreadPoolExecutor  # Imported here: most runs have no overlay.

    built: list[Build] = []
    refused: list[tuple[YAMLDocument, Problem]] = []
    buildable: list[Root] = []
    skipped: Counter[str] = Counter()
    for root in roots:
        if root.obstacle:
            skipped[root.obstacle] += 1
        else:
            buildable.append(root)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda root: _build(command, root), buildable))
    files = {os.path.realpath(file): file for file in repository.graph.read_files}
    for root, result in zip(buildable, results, strict=True):
        document, name = _document(root), _name(root, repository)
        if isinstance(result, BuildError):
            place, path = _place(str(result), root, repository)
            refused.append((place, Problem(path, f"kustomize refuses to build {name}: {result}", _REMEDY)))
        elif result is None:
            skipped["what kustomize cannot do here"] += 1
        else:
            built.append(Build(root, name, document, tuple(_objects(root, result, document, files, repository))))
    remarks = [
        f"{count_of(count, 'overlay')} not built because of {reason}" for reason, count in sorted(skipped.items())
    ]
    return Builds(built, refused, remarks)


def _build(command: list[str], root: Root) -> _Output | BuildError | None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="registry-gitops-") as temporary:
        directory = os.path.realpath(temporary)
        try:
            FilePath(directory, "kustomization.yaml").write_text(root.kustomization(directory), "utf-8")
            text = build_directory(command, directory)
        except BuildError as error:
            return error
        except ValueError:  # Windows: no relative path leads to another drive.
            return None
        return None if text is None else _Output(directory, text)


def _objects(
    root: Root, output: _Output, document: YAMLDocument, files: Mapping[str, str], repository: FluxRepository
) -> Iterator[BuiltObject]:
    patches = _all_patches(root, repository)
    for each in read_documents(SourceFile(document.source.name, output.text)):
        if each.role is not Role.OBJECT:
            continue
        path = _take_origin(each.value)
        manifest = Manifest(each, each.value)
        file = files.get(os.path.normpath(os.path.join(output.directory, path)), "") if path else ""
        source = _source(manifest, file, repository)
        selecting = tuple(patch for patch in patches if patch.selects(source or manifest))
        yield BuiltObject(manifest, source, selecting)


def _take_origin(value: dict[str, Any]) -> str:
    """Remove what kustomize wrote about the origin of an object, and return the path of its file, or ""."""
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("annotations"), dict):
        return ""
    origin = metadata["annotations"].pop(_ORIGIN, "")
    if not metadata["annotations"]:
        del metadata["annotations"]
    lines = dict(line.split(": ", 1) for line in str(origin).splitlines() if ": " in line)
    return "" if "repo" in lines else lines.get("path", "")


def _source(manifest: Manifest, file: str, repository: FluxRepository) -> Manifest | None:
    same_kind = [
        each
        for document in repository.graph.documents_of(file)
        for each in repository.manifests_in(document)
        if each.group_kind == manifest.group_kind
    ]
    named = [each for each in same_kind if each.name and each.name in manifest.name]
    return max(named, key=lambda each: len(each.name), default=same_kind[0] if len(same_kind) == 1 else None)


def _place(reason: str, root: Root, repository: FluxRepository) -> tuple[YAMLDocument, Path]:
    """Return the patch that a refusal is about: the one whose object, or whose path, is in the reason.

    Else the first list of patches, or the document that stands for the build.
    """
    for patch in _all_patches(root, repository):
        for path, text in _names(patch.value):
            if text in reason:
                return patch.document, (*patch.path, *path)
    with_patches = next((file for file in root.files if file.list("patches")), None)
    return (with_patches.document, ("patches", 0)) if with_patches else (_document(root), ())


def _names(patch: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(patch, dict) and isinstance(patch.get("metadata"), dict):
        yield ("metadata", "name"), f"/{patch['metadata'].get('name')}."
    for index, operation in enumerate(patch if isinstance(patch, list) else ()):
        if isinstance(operation, dict) and operation.get("path"):
            yield (index, "path"), str(operation["path"])


def _all_patches(root: Root, repository: FluxRepository) -> list[Patch]:
    """Return the patches of a build in the order in which they are applied."""
    patches = [patch for file in reversed(root.files) for patch in repository.graph.patches_of(file)]
    if root.flux is not None:
        patches += [*repository.graph.patches_of(root.flux), *root.patches]
    return patches


def _document(root: Root) -> YAMLDocument:
    """Return the document that stands for a build: the kustomization file, or the Kustomization of Flux."""
    if root.files and root.files[0].folder == root.folder:
        return root.files[0].document
    return root.flux.manifest.document if root.flux else root.files[0].document


def _name(root: Root, repository: FluxRepository) -> str:
    return os.path.relpath(root.folder, repository.root) if repository.root else root.folder
