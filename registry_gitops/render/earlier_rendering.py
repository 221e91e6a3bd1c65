"""Read back what was rendered before, as far as rules compare it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment import PRUNE_ANNOTATION, RegistryDeployment
from registry_gitops.rules import EarlierKustomization

EARLIER_FILES: Final = ("helmrelease.yaml", "namespace.yaml", "kustomization.yaml")
"""The rendered files that are read back."""

_MAX_SIZE: Final = 4 * 2**20
"""Bytes of a file that are read."""

_RELEASE_KEYS: Final = ("releaseName", "targetNamespace", "storageNamespace", "kubeConfig", "valuesFrom")

_VALUES: Final = ("nameOverride", "fullnameOverride", "persistence", "storage", "proxy", "extraEnvVars", "service")
"""The values that rules compare. Others stay unread: an earlier version can have accepted what this one refuses."""


def read_earlier_rendering(
    directory: Path, deployment: RegistryDeployment, kustomizations: Iterable[EarlierKustomization]
) -> RegistryDeployment | None:
    """Return what the files in `directory` deploy, as `parse_earlier_rendering` does."""
    files = {}
    for name in EARLIER_FILES:
        with suppress(OSError), (directory / name).open("rb") as file:
            files[name] = file.read(_MAX_SIZE).decode("utf-8", "replace")
    return parse_earlier_rendering(files, deployment, kustomizations)


def parse_earlier_rendering(
    files: Mapping[str, str], deployment: RegistryDeployment, kustomizations: Iterable[EarlierKustomization] = ()
) -> RegistryDeployment | None:
    """Return names, namespace, and storage of rendered files (path -> text, at least EARLIER_FILES), as a deployment.

    None if there is no helmrelease.yaml, or if a file cannot be read: another version, or a person, can have written
    it. If the files name no namespace, it is the one to which the `kustomizations` of Flux move them, and if those are
    not known, that of `deployment`.
    """
    moved_to = next((each.target_namespace for each in kustomizations if each.target_namespace), "")
    try:
        found = {name: load_yaml(files[name]).value for name in EARLIER_FILES if name in files}
        return RegistryDeployment.model_validate(
            _config(found, moved_to or deployment.namespace_options.name), by_alias=True, by_name=False
        )
    except (ValueError, YAMLError, ValidationError, LookupError, TypeError, AttributeError):
        return None


def _config(found: Mapping[str, Any], default_namespace: str) -> dict[str, Any]:
    metadata, spec = found["helmrelease.yaml"]["metadata"], found["helmrelease.yaml"]["spec"]
    values = spec.get("values", {})
    configuration = _only(values.get("configuration", {}), ("storage", "proxy"))
    return {
        "name": metadata["name"],
        "namespace": _namespace(found, metadata.get("namespace"), default_namespace),
        "release": _only(spec, _RELEASE_KEYS) | {"install": _only(spec.get("install", {}), ("createNamespace",))},
        "values": _only(values, _VALUES) | ({"configuration": configuration} if configuration else {}),
        "kustomization": _only(found.get("kustomization.yaml", {}), ("commonAnnotations",)),
    }


def _namespace(found: Mapping[str, Any], name: str | None, default: str) -> dict[str, Any]:
    options = {"name": name or default, "inherit": name is None}
    if "namespace.yaml" not in found:
        return options | {"create": False}
    annotations = found["namespace.yaml"]["metadata"].get("annotations", {})
    return options | {"create": True, "prune": annotations.get(PRUNE_ANNOTATION) != "disabled"}


def _only(mapping: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: mapping[key] for key in keys if key in mapping}
