"""ConfigMaps and Secrets that objects name and that nothing in the repository makes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from registry_gitops.documents import Manifest, Path, Problem, YAMLDocument, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.references.lookups import FLUX_KUSTOMIZATION, HELM_RELEASE, is_changed_later

_POD_PATHS: Final[dict[str, Path]] = {
    "Pod": ("spec",),
    "Deployment.apps": ("spec", "template", "spec"),
    "StatefulSet.apps": ("spec", "template", "spec"),
    "DaemonSet.apps": ("spec", "template", "spec"),
    "Job.batch": ("spec", "template", "spec"),
    "CronJob.batch": ("spec", "jobTemplate", "spec", "template", "spec"),
}
CONFIG_USERS: Final = frozenset({HELM_RELEASE, FLUX_KUSTOMIZATION, *_POD_PATHS})

_MAKERS: Final = {
    "Secret": (
        ("Secret", ("metadata", "name")),
        ("ExternalSecret.external-secrets.io", ("spec", "target", "name")),
        ("ExternalSecret.external-secrets.io", ("metadata", "name")),
        ("SealedSecret.bitnami.com", ("metadata", "name")),
        ("Certificate.cert-manager.io", ("spec", "secretName")),
    ),
    "ConfigMap": (("ConfigMap", ("metadata", "name")),),
}
"""The kinds whose objects are, or make, ConfigMaps and Secrets, and where the name of that is."""


class _Use(NamedTuple):
    path: Path
    kind: str
    name: str


def missing_config(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An object names a ConfigMap or a Secret with a typo.

    Why: a HelmRelease stays at "could not find Secret", Flux cannot replace variables, and a Pod waits at
    CreateContainerConfigError. Operators, charts, and people make Secrets too: a name is reported only if nothing in
    the repository makes it, and it is nearly that of a ConfigMap or Secret that nothing names.
    Source: https://github.com/home-operations/flate/issues/920
    Bad: `valuesFrom: [{kind: Secret, name: registry-vaules}]`, where the Secret is `registry-values`
    Good: `valuesFrom: [{kind: Secret, name: registry-values}]`
    """
    for use in _uses(manifest):
        namespace = repository.namespace_of(manifest)
        if not use.name or not namespace or is_decided_later(use.name):
            continue
        if repository.find(use.kind, namespace, use.name):
            continue
        # First what is cheap: most names are near no other one.
        near = [name for name in repository.once(_made_names)[use.kind, namespace] if _is_typo(use.name, name)]
        if not near or not repository.is_complete or not repository.is_applied(manifest) or _is_made(use, repository):
            continue
        meant = _meant(near, repository)
        if meant and not is_changed_later(repository, manifest, use.name):
            yield Problem(
                use.path,
                f"nothing in the repository makes {use.kind}/{use.name}, and nothing uses {use.kind}/{meant}",
                f"write {meant}",
            )


def _uses(manifest: Manifest) -> Iterator[_Use]:
    if manifest.group_kind == HELM_RELEASE:
        yield from _listed(manifest, ("spec", "valuesFrom"))
    elif manifest.group_kind == FLUX_KUSTOMIZATION:
        yield from _listed(manifest, ("spec", "postBuild", "substituteFrom"))
    else:
        yield from _in_pod(manifest, _POD_PATHS[manifest.group_kind])


def _listed(manifest: Manifest, path: Path) -> Iterator[_Use]:
    for index, item in enumerate(manifest.list(*path)):
        if isinstance(item, dict) and item.get("optional") is not True:
            kind = str(item.get("kind"))
            if kind in _MAKERS and isinstance(item.get("name"), str):
                yield _Use((*path, index, "name"), kind, item["name"])


def _in_pod(manifest: Manifest, path: Path) -> Iterator[_Use]:
    for field in ("containers", "initContainers"):
        for index, container in enumerate(manifest.list(*path, field)):
            if not isinstance(container, dict):
                continue
            place = (*path, field, index)
            for number, item in _items(container.get("envFrom")):
                yield from _of_keys(item, (*place, "envFrom", number), "secretRef", "configMapRef")
            for number, item in _items(container.get("env")):
                source = item.get("valueFrom")
                if isinstance(source, dict):
                    where = (*place, "env", number, "valueFrom")
                    yield from _of_keys(source, where, "secretKeyRef", "configMapKeyRef")
    for number, item in _items(manifest.list(*path, "volumes")):
        yield from _of_keys(item, (*path, "volumes", number), "secret", "configMap")
    for number, item in _items(manifest.list(*path, "imagePullSecrets")):
        if isinstance(item.get("name"), str):
            yield _Use((*path, "imagePullSecrets", number, "name"), "Secret", item["name"])


def _of_keys(item: dict[str, Any], path: Path, secret: str, config_map: str) -> Iterator[_Use]:
    for key, kind in ((secret, "Secret"), (config_map, "ConfigMap")):
        reference = item.get(key)
        if isinstance(reference, dict) and reference.get("optional") is not True:
            field = "secretName" if key == "secret" else "name"
            if isinstance(reference.get(field), str):
                yield _Use((*path, key, field), kind, reference[field])


def _items(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _is_made(use: _Use, repository: FluxRepository) -> bool:
    """Whether something in the repository has the name, and can make the object."""
    return repository.is_named_in_unread_text(use.name) or any(
        use.name in document.text and not _is_of_users(document, repository) for document in repository.documents
    )


def _is_of_users(document: YAMLDocument, repository: FluxRepository) -> bool:
    found = repository.manifests_in(document)
    return bool(found) and all(manifest.group_kind in CONFIG_USERS for manifest in found)


def _made_names(repository: FluxRepository) -> dict[tuple[str, str], set[str]]:
    """Return the names of the ConfigMaps and Secrets that are made, by kind and namespace."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, makers in _MAKERS.items():
        for group_kind, path in makers:
            for maker in repository.of_kind(group_kind):
                name = maker.get(*path)
                if isinstance(name, str):
                    for namespace in repository.namespaces_of(maker):
                        found[kind, namespace].add(name)
    return found


def _meant(near: list[str], repository: FluxRepository) -> str:
    """Return the first name that nothing uses, or ""."""
    for name in sorted(near):
        users = (document for document in repository.documents if _is_of_users(document, repository))
        if not any(name in document.text for document in users):
            return name
    return ""


def _is_typo(written: str, meant: str) -> bool:
    """Whether two names of five characters or more differ by one or two characters that are no digits."""
    letters = [re.sub("[0-9]", "", name) for name in (written, meant)]
    if abs(len(letters[0]) - len(letters[1])) > 2:
        return False
    from difflib import SequenceMatcher  # Imported here: most names are spelled right.

    same = sum(block.size for block in SequenceMatcher(None, letters[0], letters[1]).get_matching_blocks())
    return min(map(len, letters)) >= 5 and 0 < max(map(len, letters)) - same <= 2
