"""Patches of Kustomizations of Flux, and of post-renderers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem, SourceFile, read_documents
from registry_gitops.errors import InputError
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.patch_problems import value_problem

PATCHING_KINDS: Final = frozenset({kinds.FLUX_KUSTOMIZATION, kinds.HELM_RELEASE})


def find_broken_patches(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Find patches that kustomize does not accept, in a Kustomization of Flux or the post-renderers of a release."""
    if manifest.group_kind == kinds.FLUX_KUSTOMIZATION:
        yield from _problems(manifest, ("spec", "patches"))
    else:
        for index in range(len(manifest.list("spec", "postRenderers"))):
            yield from _problems(manifest, ("spec", "postRenderers", index, "kustomize", "patches"))


def _problems(manifest: Manifest, path: Path) -> Iterator[Problem]:
    for index, item in enumerate(manifest.list(*path)):
        text = item.get("patch") if isinstance(item, dict) else None
        # A variable can be anything, also in the middle of a patch.
        if isinstance(text, str) and "${" not in text:
            message = _message(text, item.get("target"))
            if message:
                place = (*path, index, "patch")
                yield Problem(place, message, "write a partial object, or operations with op, path, and value")


def _message(text: str, target: Any) -> str:
    try:
        values = [document.value for document in read_documents(SourceFile("patch", text))]
    except (InputError, ValueError):
        return "the patch is not YAML"
    for value in values:
        if isinstance(value, list) and not target:
            return "a patch of operations needs a target"
        problem = value_problem(value, has_target=bool(target)).partition(":")[0]
        if problem:
            return problem
    return ""
