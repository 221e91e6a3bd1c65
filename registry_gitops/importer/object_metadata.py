"""The metadata of an object: its labels and annotations, without those that tools write."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import ValidationError

from registry_gitops.deployment import RegistryDeployment, describe_errors
from registry_gitops.documents import Manifest, Path
from registry_gitops.errors import InputError
from registry_gitops.importer.config_draft import ConfigDraft, Notes
from registry_gitops.importer.config_reading import EMPTY
from registry_gitops.importer.input_keys import KeyTree, leaves_with_path, read_tree

_CHART_LABELS: Final = re.compile(
    r"app\.kubernetes\.io/(name|instance|version|managed-by)|helm\.sh/chart|chart|heritage|release"
)
_TOOL_LABELS: Final = re.compile(r"(kustomize|helm)\.toolkit\.fluxcd\.io/.*|pod-template-hash|argocd\.argoproj\.io/.*")
_TOOL_ANNOTATIONS: Final = re.compile(
    r"(kubectl|deployment|pv|autoscaling|volume|volume\.beta)\.kubernetes\.io/.*|field\.cattle\.io/.*"
    r"|meta\.helm\.sh/.*|helm\.sh/.*|(kustomize|helm)\.toolkit\.fluxcd\.io/.*|config\.kubernetes\.io/.*"
)
_SERVER_FIELDS: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "finalizers",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)


def check_object_name(manifest: Manifest, key: Literal["name", "namespace"], name: str) -> None:
    """Raise InputError if no deployment can have the name or namespace of an object."""
    try:
        RegistryDeployment.model_validate({"name": "registry", key: name})
    except ValidationError as error:
        document = manifest.document
        line, column = document.position((*manifest.path, "metadata", key))
        detail = describe_errors(error)[0].message
        if "$" in name:
            detail = "is a variable: replace it, for example with `envsubst`, and import the result"
        raise InputError.single(detail, document.source.name, line, column, key=f"metadata.{key}") from None


def read_object(draft: ConfigDraft, manifest: Manifest, tree: KeyTree | None = None) -> Notes:
    """Add the keys of an object to the input, and note those that are empty. Return its notes.

    `tree` is what is read of the object, if its texts are trees already.
    """
    notes = draft.read(tree or read_tree(manifest.document, manifest.path, manifest.value))
    for key, path in leaves_with_path(notes.tree):
        if key.value in (None, "", {}, []) and not draft.has_note(key):
            notes.dropped(path, EMPTY)
    return notes


def translate_metadata(notes: Notes, labels: str = "", annotations: str = "", at: Path = ()) -> None:
    """Put labels and annotations at these targets; without a target, they have no place and need a decision.

    `at` is where `metadata` stands: () for an object, or the path of a template.
    """
    for field in _SERVER_FIELDS:
        notes.dropped((*at, "metadata", field), "the cluster writes it")
    if not at:
        for field in ("apiVersion", "kind", "status"):
            notes.dropped((field,), "the cluster writes it" if field == "status" else "the chart renders the object")
    _translate_map(notes, (*at, "metadata", "labels"), labels, _CHART_LABELS, _TOOL_LABELS)
    _translate_map(notes, (*at, "metadata", "annotations"), annotations, None, _TOOL_ANNOTATIONS)


def _translate_map(
    notes: Notes, path: Path, target: str, of_chart: re.Pattern[str] | None, of_tools: re.Pattern[str]
) -> None:
    found = notes.get(*path)
    for key, value in found.items() if isinstance(found, dict) else ():
        at = (*path, key)
        if of_chart and of_chart.fullmatch(key):
            notes.dropped(at, "the chart sets labels of its own")
        elif of_tools.fullmatch(key):
            notes.dropped(at, "a tool wrote it")
        elif target:
            notes.draft.put(target, {**(notes.draft.get(target) or {}), key: str(value)})
            notes.translated(at, target)
        else:
            notes.decide(at, "the chart has no value for it", ["leave it out"])
