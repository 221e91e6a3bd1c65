"""The registry's own settings in the values of a chart: those of config.yml, and the variables over them.

The community's chart passes most of its values as variables REGISTRY_*, which override config.yml. They are put into
one config.yml here, so that whatever says a setting, it is translated once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.documents import Path, is_decided_later
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.config_variables import VARIABLES, config_path_of, read_variable
from registry_gitops.importer.config_yml import translate_config
from registry_gitops.importer.container_files import MountedFiles
from registry_gitops.importer.input_keys import InputKey, KeyTree, find, leaves, plant, without
from registry_gitops.importer.value_layers import ReferredValues

_S3: Final = (
    "region",
    "regionEndpoint",
    "bucket",
    "rootdirectory",
    "encrypt",
    "secure",
    "forcepathstyle",
    "skipverify",
)
_AZURE: Final = {"accountName": "accountname", "accountKey": "accountkey", "container": "container"}
_SWIFT: Final[Mapping[Path, str]] = {
    ("swift", "authurl"): "authurl",
    ("swift", "container"): "container",
    ("secrets", "swift", "username"): "username",
    ("secrets", "swift", "password"): "password",
}
_USERS_OVERRIDE: Final = "the chart sets it to the file of secrets.htpasswd"


@dataclass
class RegistrySettings:
    """One config.yml, of all values that set a part of it."""

    notes: Notes
    tree: KeyTree = field(default_factory=dict)

    def move(self, key: Path, to: Path) -> None:
        """Put the value of a key over a key of config.yml."""
        item = find(self.notes.tree, key)
        if item is not None and self.notes.get(*key) not in (None, ""):
            self.notes.draft.drop_overridden(plant(self.tree, to, item))

    def move_variables(self) -> None:
        """Put the variables of extraEnvVars that set a key in the clear over that key, and keep the others."""
        for index, variable in self.notes.entries("extraEnvVars"):
            _move_variable(self, ("extraEnvVars", index), variable)

    def translate(self) -> None:
        """Translate the settings, and note what was mounted for them alone."""
        notes, files = self.notes, MountedFiles(self.notes.get("extraVolumes"), self.notes.get("extraVolumeMounts"))
        translate_config(Notes(notes.draft, self.tree), files)
        for kind in ("extraVolumes", "extraVolumeMounts"):
            kept: list[dict[str, Any]] = []
            for index, entry in notes.entries(kind):
                if str(entry.get("name")) in files.used:
                    notes.dropped((kind, index), "the chart mounts the Secret by itself")
                else:
                    notes.kept((kind, index), f"values.{kind}[{len(kept)}]")
                    kept.append(entry)
            if kept:
                notes.draft.put(f"values.{kind}", kept)


def registry_settings(notes: Notes) -> RegistrySettings:
    """Collect the settings of the registry, and translate the values that name Secrets."""
    settings = RegistrySettings(notes)
    base = find(notes.tree, ("configData",))
    if isinstance(base, dict):
        settings.tree = dict(base)
    notes.dropped(("configPath",), "our chart mounts config.yml where registry v3 reads it")
    _storage(settings)
    _users(settings)
    _proxy(settings)
    if notes.get("persistence", "deleteEnabled"):
        settings.move(("persistence", "deleteEnabled"), ("storage", "delete", "enabled"))
    else:
        notes.dropped(("persistence", "deleteEnabled"), "clients cannot delete images by default")
    if notes.get("secrets", "haSharedSecret"):
        settings.move(("secrets", "haSharedSecret"), ("http", "secret"))
    settings.move_variables()
    return settings


def _storage(settings: RegistrySettings) -> None:
    notes, driver = settings.notes, settings.notes.text("storage") or "filesystem"
    for section in {"s3", "azure", "swift"} - {driver}:
        for path in ((section,), ("secrets", section)):
            notes.dropped(path, f"their chart reads it only if storage is {section}")
    if driver == "filesystem":
        if notes.text("storage"):
            notes.dropped(("storage",), "it is the chart's default")
        _drop_setting(settings, ("storage", "filesystem"), "the chart sets it to /var/lib/registry")
        return
    notes.translate(("storage",), "values.storage.type", driver, "the driver is a key of the section")
    if driver == "s3":
        _s3(settings)
    elif driver == "azure":
        for key, to in _AZURE.items():
            settings.move(("secrets", "azure", key), ("storage", "azure", to))
    elif driver == "swift":
        question = "registry v3 has no driver for OpenStack Swift: the config file names no storage of the images"
        notes.draft.remove("values.storage.type")
        notes.decide(("storage",), question, ["use the S3 interface of Swift: values.storage.s3", "copy the images"])
        for place, key in _SWIFT.items():
            settings.move(place, ("storage", "swift", key))


def _s3(settings: RegistrySettings) -> None:
    notes = settings.notes
    for key in sorted(_S3):
        value = notes.get("s3", key)
        if key in ("encrypt", "secure", "skipverify") and value is False:
            notes.dropped(("s3", key), "their chart passes it on only if it is true")
        else:
            settings.move(("s3", key), ("storage", "s3", key.lower()))
    for key in notes.below("s3").data:
        if key not in _S3:
            notes.dropped(("s3", key), "the community's chart does not read it, so it had no effect")
    secret = notes.get("secrets", "s3", "secretRef")
    if secret:
        names = {"REGISTRY_STORAGE_S3_ACCESSKEY": "s3AccessKey", "REGISTRY_STORAGE_S3_SECRETKEY": "s3SecretKey"}
        _from_secret(notes, ("secrets", "s3", "secretRef"), secret, names)
        for key in ("accessKey", "secretKey"):
            notes.dropped(("secrets", "s3", key), "secretRef overrides it")
    else:
        settings.move(("secrets", "s3", "accessKey"), ("storage", "s3", "accesskey"))
        settings.move(("secrets", "s3", "secretKey"), ("storage", "s3", "secretkey"))


def _proxy(settings: RegistrySettings) -> None:
    notes = settings.notes
    if not notes.get("proxy", "enabled"):
        notes.dropped(("proxy",), "the registry is no cache without proxy.enabled")
        return
    notes.keep(("proxy", "enabled"), "values.proxy.enabled")
    notes.draft.put("values.proxy.remoteUrl", "https://registry-1.docker.io")
    settings.move(("proxy", "remoteurl"), ("proxy", "remoteurl"))
    secret = notes.get("proxy", "secretRef")
    if secret:
        names = {"REGISTRY_PROXY_USERNAME": "proxyUsername", "REGISTRY_PROXY_PASSWORD": "proxyPassword"}
        _from_secret(notes, ("proxy", "secretRef"), secret, names)
        for key in ("username", "password"):
            notes.dropped(("proxy", key), "secretRef overrides it")
        return
    if notes.get("proxy", "username") and not notes.get("proxy", "password"):
        option = "name a Secret with both in values.proxy.existingSecret: `registry-gitops secret proxy`"
        notes.decide(("proxy", "username"), "there is no password for this user", [option, "leave it out"])
        return
    for key in ("username", "password"):
        settings.move(("proxy", key), ("proxy", key))


def _users(settings: RegistrySettings) -> None:
    notes = settings.notes
    users = notes.get("secrets", "htpasswd")
    if not users:
        return
    name = f"{notes.draft.name}-users"
    notes.draft.add_secret(name, {"htpasswd": str(users)})
    notes.draft.put("values.auth.htpasswd.enabled", True)
    how = "a Secret with the same users, which must be encrypted before it is committed"
    notes.translate(("secrets", "htpasswd"), "values.auth.htpasswd.existingSecret", name, how)
    _drop_setting(settings, ("auth", "htpasswd", "path"), _USERS_OVERRIDE)


_VARIABLES: Final = {
    "secrets.haSharedSecret": "REGISTRY_HTTP_SECRET",
    "secrets.s3.accessKey": "REGISTRY_STORAGE_S3_ACCESSKEY",
    "secrets.s3.secretKey": "REGISTRY_STORAGE_S3_SECRETKEY",
    "secrets.azure.accountKey": "REGISTRY_STORAGE_AZURE_ACCOUNTKEY",
    "proxy.username": "REGISTRY_PROXY_USERNAME",
    "proxy.password": "REGISTRY_PROXY_PASSWORD",
}
"""Value of the chart -> the variable by which the chart passes it to the registry."""


def use_secret_in_place(notes: Notes, key: Path, reference: ReferredValues) -> bool:
    """Name the Secret of an entry of valuesFrom where the registry reads it. Return whether that is possible."""
    if reference.kind != "Secret":
        return False
    if reference.target_path == "secrets.htpasswd":
        notes.draft.put("values.auth.htpasswd.enabled", True)
        notes.draft.put("values.auth.htpasswd.existingSecret", reference.name)
        notes.draft.put("values.auth.htpasswd.existingSecretKey", reference.key)
        targets = ["values.auth.htpasswd.existingSecret", "values.auth.htpasswd.existingSecretKey"]
    elif variable := _VARIABLES.get(reference.target_path):
        source = {"secretKeyRef": {"name": reference.name, "key": reference.key}}
        targets = [notes.draft.append(VARIABLES, {"name": variable, "valueFrom": source})]
    else:
        return False
    notes.translated(key, targets, "the chart reads the same Secret")
    return True


def _from_secret(notes: Notes, key: Path, secret: str, names: Mapping[str, str]) -> None:
    """Read variables from the keys that a Secret of the community's chart has."""
    targets = []
    for variable, data_key in names.items():
        reference = {"secretKeyRef": {"name": secret, "key": data_key}}
        targets.append(notes.draft.append(VARIABLES, {"name": variable, "valueFrom": reference}))
    notes.translated(key, targets, "variables read the keys that this Secret has")


def _move_variable(settings: RegistrySettings, at: Path, variable: Mapping[str, Any]) -> None:
    notes = settings.notes
    path, value = config_path_of(str(variable.get("name"))), find(notes.tree, (*at, "value"))
    if path is None or not isinstance(value, InputKey) or is_decided_later(value.value):
        notes.kept(at, notes.draft.append(VARIABLES, dict(variable)))
        return
    text = value.value
    moved = InputKey(value.document, value.path, read_variable(path, text) if isinstance(text, str) else text)
    notes.draft.drop_overridden(plant(settings.tree, path, moved))
    for key in leaves(find(notes.tree, at) or {}):
        notes.draft.follow(key, moved)


def _drop_setting(settings: RegistrySettings, path: Path, why: str) -> None:
    """Take a setting out of config.yml that a variable of the chart overrides."""
    found = find(settings.tree, path)
    if found is None:
        return
    Notes(settings.notes.draft, settings.tree).dropped(path, why)
    settings.tree = without(settings.tree, path)
