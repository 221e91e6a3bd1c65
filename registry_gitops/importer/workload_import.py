"""The import of a registry that plain manifests run: its workload, and the objects around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from registry_gitops.codec import GoYAMLError, compose_yaml
from registry_gitops.documents import Manifest, Path, YAMLDocument
from registry_gitops.importer.companion_values import find_companions
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.config_yml import translate_config
from registry_gitops.importer.container_files import FileSource
from registry_gitops.importer.data_volume import (
    CLAIM,
    data_mount,
    find_claim,
    find_directory,
    images_directory,
    is_on_volume,
    translate_claim,
    translate_volumes,
)
from registry_gitops.importer.entrance_values import (
    INGRESSES,
    ROUTE,
    backends_of,
    find_entrance,
    translate_ingress,
    translate_route,
)
from registry_gitops.importer.environment_values import EnvironmentReading
from registry_gitops.importer.input_keys import KeyTree, plain, read_tree
from registry_gitops.importer.moves import OldRegistry
from registry_gitops.importer.object_metadata import check_object_name, read_object, translate_metadata
from registry_gitops.importer.pod_values import registry_user, translate_pod, translate_replicas
from registry_gitops.importer.registry_workloads import RegistryWorkload
from registry_gitops.importer.service_values import find_proxy, find_service, translate_service
from registry_gitops.importer.upload_secret import share_upload_secret
from registry_gitops.importer.value_layers import ValueLayers

_DEFAULT: Final = "docker-registry"
_PLACEMENT: Final = ("nodeSelector", "affinity", "tolerations", "imagePullSecrets")
_NAME: Final = re.compile("[a-z]([-a-z0-9]{0,51}[a-z0-9])?")
"""What a release can be called."""


class ImportedWorkload(NamedTuple):
    """What was read of a registry."""

    replaced: set[int]
    """Ids of the manifests that the chart makes anew."""
    stays: set[int]
    """Ids of the manifests that were read, and stay."""
    old: OldRegistry
    """What runs before the move."""


def import_workload(workload: RegistryWorkload, layers: ValueLayers) -> ImportedWorkload:
    """Put what runs a registry into a draft, and note what becomes of each key of its objects.

    `layers` has the draft, and finds what kustomize generates.
    """
    draft = layers.draft
    name = workload.manifest.name
    if not _NAME.fullmatch(name):
        draft.differences.append(f"the name is {_DEFAULT}, because that of the {workload.manifest.kind} cannot be one")
    draft.put("name", name if _NAME.fullmatch(name) else _DEFAULT)
    if workload.namespace:
        check_object_name(workload.manifest, "namespace", workload.namespace)
        draft.put("namespace", workload.namespace)
    else:
        draft.put("namespace", {"name": "default", "inherit": True})
        draft.differences.append("the objects have no namespace: write the one of Flux as namespace.name")
    return _WorkloadImport(workload, layers).run()


class _WorkloadImport:
    def __init__(self, workload: RegistryWorkload, layers: ValueLayers) -> None:
        self._workload = workload
        self._layers = layers
        self._draft = layers.draft
        self._done: set[int] = set()
        self._stays: set[int] = set()
        self._kept: list[str] = []
        self._removed: list[str] = []
        self._is_config_known = True

    def run(self) -> ImportedWorkload:
        manifest = self._workload.manifest
        self._done.add(id(manifest))
        tree = read_tree(manifest.document, manifest.path, manifest.value)
        notes = Notes(self._draft, tree)
        config = self._read_config(notes)
        EnvironmentReading(self._workload, notes, config).read()
        read_object(self._draft, manifest, tree)
        self._translate_workload(notes, config)
        self._translate_others(config)
        return ImportedWorkload(self._done - self._stays, self._stays, self._old_registry(config))

    def _read_config(self, notes: Notes) -> KeyTree:
        """Return the tree of config.yml, and note what else its object has."""
        source = self._workload.config
        if source is None:
            return {}
        found = self._workload.named(source.kind, source.name)
        text = self._workload.read_text(source)
        if found is None or text is None:
            return self._read_generated(source)
        tree = read_tree(found.document, found.path, found.value)
        section = "stringData" if source.key in found.mapping("stringData") else "data"
        config = _parse(found.document, (*found.path, section, source.key), text)
        if config is not None and isinstance(data := tree[section], dict):
            data[source.key] = config
        inner = read_object(self._draft, found, tree)
        self._done.add(id(found))
        inner.kept(())
        if [*found.mapping("data"), *found.mapping("stringData")] != [source.key]:
            self._stays.add(id(found))
        if config is None:
            inner.decide((section, source.key), "it is no config.yml: it is not YAML, or no mapping", ["write it anew"])
        return dict(config or {})

    def _read_generated(self, source: FileSource) -> KeyTree:
        """Return the tree of a config.yml that kustomize makes an object of."""
        found = self._layers.find_text(source.kind, source.name, source.key)
        config = _parse(*found) if found else None
        if config:
            self._draft.read(config)
        self._is_config_known = bool(config)
        return dict(config or {})

    def _ask_for_config(self, notes: Notes, source: FileSource) -> None:
        question = f"config.yml is the key {source.key} of {source.kind} {source.name}, which is not in the input"
        options = ["add the object to the input", "write its settings in values.configuration"]
        volumes = self._workload.manifest.list(*self._workload.pod, "volumes")
        for index, volume in enumerate(volumes):
            if isinstance(volume, dict) and source.name in str(volume):
                notes.decide((*self._workload.pod, "volumes", index), question, options)

    def _translate_workload(self, notes: Notes, config: KeyTree) -> None:
        workload = self._workload
        translate_metadata(notes, "values.commonLabels", "values.commonAnnotations")
        notes.translated(("metadata", "name"), "name")
        notes.translated(("metadata", "namespace"), "namespace")
        if workload.template:
            translate_replicas(workload, notes)
            translate_metadata(notes, "values.podLabels", "values.podAnnotations", workload.template)
            notes.dropped((*workload.template, "metadata", "name"), "Kubernetes names the Pods")
        translate_pod(workload, notes)
        settings = plain(config)
        root = images_directory(settings)
        if workload.config is None and workload.major == 3 and "delete" not in (settings.get("storage") or {}):
            self._draft.put("values.deletion.enabled", True)
            self._draft.differences.append("deletion.enabled is set: the config.yml of the image of v3 allows it")
        translate_config(Notes(self._draft, config), workload.files, data_mount(workload, root))
        self._take_in_users(Notes(self._draft, config))
        translate_volumes(workload, notes, root, on_volume=is_on_volume(settings))
        if workload.config and not self._is_config_known:
            self._ask_for_config(notes, workload.config)

    def _take_in_users(self, config: Notes) -> None:
        """Move users that stand in a ConfigMap to a Secret."""
        path = config.get("auth", "htpasswd", "path")
        source = self._workload.files(str(path)) if path else None
        text = self._workload.read_text(source) if source and source.kind == "ConfigMap" else None
        if text:
            name = f"{self._draft.name}-users"
            self._draft.add_secret(name, {"htpasswd": text})
            how = f"its users are in the Secret {name} now: in a ConfigMap, more people can read their hashes"
            config.translated(("auth", "htpasswd", "path"), "values.auth.htpasswd.existingSecret", how)

    def _translate_others(self, config: KeyTree) -> None:
        workload = self._workload
        entrances = list(workload.of_kind(*INGRESSES, ROUTE))
        backends = {name for each in entrances for name in backends_of(each)}
        service = find_service(workload, backends)
        if service:
            self._translate(service, lambda notes: translate_service(workload, notes, service))
            self._kept.append(f"service/{service.name}")
            if not find_proxy(service, workload):
                self._translate_entrances(service.name)
        else:
            self._draft.put("values.fullnameOverride", workload.manifest.name)
        claim = workload.named(CLAIM, find_claim(workload, images_directory(plain(config))))
        if claim:
            self._translate(claim, lambda notes: translate_claim(self._draft, notes, claim))
            self._stays.add(id(claim))
        account = workload.named("ServiceAccount", self._draft.get("values.serviceAccount.name"))
        if account:
            self._translate(account, _translate_account)
            self._kept.append(f"serviceaccount/{account.name}")
        for companion, translate in find_companions(workload, service):
            self._translate(companion, translate)
            self._removed.append(f"{companion.kind.lower()}/{companion.name}")
        share_upload_secret(self._draft)

    def _translate_entrances(self, service: str) -> None:
        """Translate the Ingress and the route to a Service; those to a container in front of the registry stay."""
        if ingress := find_entrance(self._workload, service, *INGRESSES):
            self._translate(ingress, lambda notes: translate_ingress(notes, ingress, service))
            self._replace(ingress, service)
        if route := find_entrance(self._workload, service, ROUTE):
            self._translate(route, lambda notes: translate_route(notes, route, service))
            self._replace(route, service)

    def _replace(self, entrance: Manifest, full_name: str) -> None:
        """Let the release take an object over if it has the same name; another one would be in the way."""
        kept = self._kept if entrance.name == full_name else self._removed
        kept.append(f"{entrance.kind.lower()}/{entrance.name}")

    def _old_registry(self, config: KeyTree) -> OldRegistry:
        workload, manifest = self._workload, self._workload.manifest
        policy = manifest.mapping("spec", "persistentVolumeClaimRetentionPolicy")
        pod = manifest.mapping(*workload.pod)
        settings = plain(config)
        claim = find_claim(workload, images_directory(settings)) if is_on_volume(settings) else None
        return OldRegistry(
            namespace=self._draft.namespace,
            workload=f"{manifest.kind.lower()}/{manifest.name}",
            selector=",".join(f"{key}={value}" for key, value in workload.pod_labels.items()),
            claim=claim or "",
            directory=find_directory(workload, images_directory(settings)) if is_on_volume(settings) else {},
            kept=self._kept,
            removed=self._removed,
            image=workload.image if registry_user(workload) in (None, 0) else "",
            placement={key: pod[key] for key in _PLACEMENT if pod.get(key)},
            deletes_claims="Delete" in policy.values(),
        )

    def _translate(self, manifest: Manifest, translate: Callable[[Notes], Any]) -> None:
        """Translate an object, unless it is already."""
        if id(manifest) not in self._done:
            self._done.add(id(manifest))
            translate(read_object(self._draft, manifest))


def _parse(document: YAMLDocument, path: Path, text: str) -> KeyTree | None:
    """Return the tree of a text that is YAML, or None."""
    try:
        root, _ = compose_yaml(text)
    except GoYAMLError:
        return None
    value = root.value if root else None
    return read_tree(document, path, value) if isinstance(value, dict) and value else None


def _translate_account(notes: Notes) -> None:
    translate_metadata(notes, "", "values.serviceAccount.annotations")
    notes.translated(("metadata", "name"), "values.serviceAccount.name")
    notes.translated(("metadata", "namespace"), "namespace")
    notes.dropped(("metadata", "labels"), "the chart sets labels of its own")
    notes.keep(("automountServiceAccountToken",), "values.serviceAccount.automountServiceAccountToken")
