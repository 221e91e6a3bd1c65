"""The environment of a registry's container: what sets config.yml goes there, and the rest stays a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry_gitops.documents import Manifest, Path
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.config_variables import VARIABLES, config_path_of, read_variable
from registry_gitops.importer.input_keys import InputKey, KeyTree, find, leaves, plant, read_tree
from registry_gitops.importer.mappings import indexed_mappings
from registry_gitops.importer.registry_workloads import RegistryWorkload, content_of
from registry_gitops.values import explain_unread_key, find_secret_variable


class EnvironmentReading:
    """The variables of one container, which are put over its config.yml.

    A value that sets a key of config.yml gets its tree in place of its text, in `notes` and in `config` alike.
    """

    def __init__(self, workload: RegistryWorkload, notes: Notes, config: KeyTree) -> None:
        self._workload = workload
        self._notes = notes
        self._draft = notes.draft
        self._config = config

    def read(self) -> None:
        """Read `envFrom`, and `env`, which overrides it."""
        for index, source in self._entries("envFrom"):
            self._read_source((*self._workload.container, "envFrom", index), source)
        for index, entry in sorted(self._entries("env"), key=lambda item: str(item[1].get("name"))):
            self._read_variable((*self._workload.container, "env", index), entry)

    def _entries(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        return list(indexed_mappings(self._workload.manifest.list(*self._workload.container, key)))

    def _read_variable(self, path: Path, entry: Mapping[str, Any]) -> None:
        name = str(entry.get("name"))
        setting = config_path_of(name)
        if name == "REGISTRY_CONFIGURATION_PATH":
            self._notes.dropped(path, "the chart passes the path of its own config.yml")
        elif setting is None or "$(" in str(entry.get("value")) or self._is_half_a_login(name):
            self._keep(path, entry)
        elif "valueFrom" in entry:
            self._read_reference(path, setting, entry)
        else:
            value = entry.get("value")
            self._set(self._notes, (*path, "value"), setting, "" if value is None else str(value))
            self._follow((*path, "name"), (*path, "value"))

    def _is_half_a_login(self, name: str) -> bool:
        """Whether a variable is the user of a proxy whose password is in a Secret, where the chart wants both."""
        others = {str(each.get("name")): each for _, each in self._entries("env")}
        return name == "REGISTRY_PROXY_USERNAME" and "valueFrom" in others.get("REGISTRY_PROXY_PASSWORD", {})

    def _keep(self, path: Path, entry: Mapping[str, Any]) -> None:
        self._notes.kept(path, self._draft.append(VARIABLES, dict(entry)))

    def _read_reference(self, path: Path, setting: Path, entry: Mapping[str, Any]) -> None:
        """Read a variable whose value is in another object."""
        reference = entry["valueFrom"] if isinstance(entry["valueFrom"], Mapping) else {}
        selector = reference.get("configMapKeyRef") or {}
        source = self._workload.named("ConfigMap", selector.get("name")) if selector else None
        text = content_of(source, str(selector.get("key"))) if source else None
        if text is not None:
            self._set(self._notes, (*path, "valueFrom"), setting, text)
            self._follow((*path, "name"), (*path, "valueFrom"))
        elif explain_unread_key(setting) is not None:
            question = f"registry v3 does not know this variable: {explain_unread_key(setting)}"
            self._notes.decide(path, question, ["write the setting of v3 in values.configuration", "leave it out"])
        else:
            self._add_section(path, setting)
            self._keep(path, entry)

    def _add_section(self, path: Path, setting: Path) -> None:
        """Let config.yml have the driver or provider that a variable is about."""
        section = setting[:2]
        is_driver = setting[0] == "storage" and len(setting) > 2 and explain_unread_key(section) is None
        if is_driver and find(self._config, section) is None:
            key = next(leaves(find(self._notes.tree, path) or {}))
            plant(self._config, section, InputKey(key.document, key.path, {}))

    def _read_source(self, path: Path, source: Mapping[str, Any]) -> None:
        for field, kind, target in (
            ("secretRef", "Secret", "values.extraEnvVarsSecret"),
            ("configMapRef", "ConfigMap", "values.extraEnvVarsCM"),
        ):
            reference = source.get(field)
            if not isinstance(reference, dict):
                continue
            found = self._workload.named(kind, reference.get("name"))
            if found and (kind == "ConfigMap" or _has_plain_settings(found)):
                self._read_all(path, found, str(source.get("prefix") or ""))
            if found and kind == "ConfigMap":
                self._notes.translated(path, ("values.configuration", VARIABLES), "key by key")
            elif source.get("prefix") or self._draft.get(target):
                question = "the chart takes one such object, and no prefix"
                self._notes.decide(path, question, [f"write each variable in {target.rpartition('.')[0]}.extraEnvVars"])
            else:
                self._draft.put(target, reference.get("name"))
                self._notes.kept(path, target)

    def _read_all(self, path: Path, source: Manifest, prefix: str) -> None:
        """Read the variables of an object of the input that set what is no secret."""
        for key in {**source.mapping("data"), **source.mapping("stringData")}:
            setting, text = config_path_of(f"{prefix}{key}"), content_of(source, key)
            if text is None:
                continue
            if setting and (source.kind == "ConfigMap" or find_secret_variable(setting, text) is None):
                tree = read_tree(source.document, source.path, {key: read_variable(setting, text)})
                self._draft.drop_overridden(plant(self._config, setting, tree[key]))
            elif source.kind == "ConfigMap":
                self._draft.append(VARIABLES, {"name": f"{prefix}{key}", "value": text})

    def _set(self, notes: Notes, path: Path, setting: Path, text: str) -> None:
        """Put the value of a variable into config.yml."""
        key = next(leaves(find(notes.tree, path) or {}), None)
        if key is None:  # a variable without a value is empty
            return
        at = key.path if path[-1] == "value" else key.path[: key.path.index("valueFrom") + 1]
        node = read_tree(key.document, at[:-1], {str(at[-1]): read_variable(setting, text)})[str(at[-1])]
        parent = find(notes.tree, path[:-1])
        if isinstance(parent, dict):
            parent[path[-1]] = node
        self._draft.drop_overridden(plant(self._config, setting, node))

    def _follow(self, path: Path, other: Path) -> None:
        key, leader = (next(leaves(find(self._notes.tree, each) or {}), None) for each in (path, other))
        if key and leader:
            self._draft.follow(key, leader)


def _has_plain_settings(secret: Manifest) -> bool:
    keys = (*secret.mapping("data"), *secret.mapping("stringData"))
    settings = [setting for key in keys if (setting := config_path_of(str(key)))]
    return any(find_secret_variable(setting, "text") is None for setting in settings)
