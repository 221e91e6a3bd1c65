"""What kustomize makes of rendered files, and of the objects of a chart: the user's patches, labels, and images."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from registry_gitops.codec import YAMLError
from registry_gitops.diff.kustomize_inputs import collect_files
from registry_gitops.diff.plain_objects import PlainObject, read_objects
from registry_gitops.diff.rendering import ABOVE, KUSTOMIZATION, Rendering
from registry_gitops.documents import SourceFile, read_documents

_OWN_KEYS: Final = frozenset(("apiVersion", "kind", "resources"))
_BUILT: Final = "kustomize build"


class KustomizeError(Exception):
    """kustomize cannot build a directory. The text is the reason."""


def apply_kustomization(rendering: Rendering) -> Rendering:
    """Return the rendering with what kustomize makes of it; as it is, with a note, if that fails.

    kustomize applies the kustomization file of the output directory, which can name others than ours, and that of the
    directory which Flux applies instead, if there is one.
    """
    outside = {path: text for path, text in rendering.files.items() if path.startswith(ABOVE)}
    if changes_objects(rendering.files):
        try:
            built = build(collect_files(rendering), rendering.place)
        except KustomizeError as error:
            return rendering.with_note(f"what `kustomization` makes of the objects is not known: {error}")
        rendering = rendering.with_files({_BUILT: built, **outside})
    for overlay in rendering.list_overlays():
        try:
            rendering = rendering.with_files({_BUILT: _build_overlay(rendering, overlay), **outside})
        except KustomizeError as error:
            rendering = rendering.with_note(
                f"what the kustomization file of {overlay} makes of the objects is not known: {error}"
            )
    return rendering


def _build_overlay(rendering: Rendering, overlay: str) -> str:
    """Return what the directory that Flux applies makes of our objects. Raises KustomizeError."""
    if len(rendering.flux_kustomizations) > 1:
        raise KustomizeError("each cluster has its own")
    if overlay == ".":
        raise KustomizeError("it is the whole repository")
    names = {(plain["kind"], plain["metadata"]["name"]) for plain in rendering.flux_objects}
    built = read_objects(build(collect_files(rendering, overlay), overlay), _BUILT)
    ours = [plain for plain in built if (plain["kind"], plain["metadata"]["name"]) in names]
    if not any(plain["kind"] == "HelmRelease" for plain in ours):
        raise KustomizeError("it has no HelmRelease of this name")
    return "---\n".join(f"{json.dumps(plain)}\n" for plain in ours)


def post_render(objects: Sequence[PlainObject], renderers: Sequence[Mapping[str, Any]]) -> tuple[PlainObject, ...]:
    """Return what the `postRenderers` of a HelmRelease make of the objects. Raises KustomizeError."""
    for changes in filter(None, (renderer.get("kustomize") for renderer in renderers)):
        text = "---\n".join(f"{json.dumps(plain)}\n" for plain in objects)
        kustomization = json.dumps({**changes, "resources": ["objects.yaml"]})
        objects = tuple(read_objects(build({"objects.yaml": text, KUSTOMIZATION: kustomization}), _BUILT))
    return tuple(objects)


def build(files: Mapping[str, str], directory: str = ".") -> str:
    """Return what `kustomize build` prints of a directory among these files. Raises KustomizeError."""
    from registry_gitops.validation import BuildError, build_directory, find_kustomize  # Few deployments need it.

    command = find_kustomize()
    if command is None:
        raise KustomizeError("kustomize is not on PATH: install it")
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="")
        try:
            built = build_directory(command, str(Path(root, directory)))
        except BuildError as error:
            raise KustomizeError(str(error)) from None
    if built is None:
        raise KustomizeError("kustomize needs files from elsewhere, or cannot be run")
    return built


def changes_objects(files: Mapping[str, str]) -> bool:
    """Return whether a kustomization file does more than to list rendered files."""
    try:
        documents = read_documents(SourceFile(KUSTOMIZATION, files.get(KUSTOMIZATION, "")))
    except YAMLError:
        return True
    found = [document.value for document in documents if isinstance(document.value, dict)]
    return any(value.keys() - _OWN_KEYS or {*map(str, value.get("resources") or ())} - files.keys() for value in found)
