"""What a registry is told: its config.yml with the variables REGISTRY_* over it, as it reads both."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, is_decided_later
from registry_gitops.rules.manifests.workloads.pods import items
from registry_gitops.rules.manifests.workloads.registry_containers import CONFIG_PATHS, RegistryContainer
from registry_gitops.rules.manifests.workloads.transformers import has_patch
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount

UNKNOWN: Final = object()
"""The value of a setting that the manifests do not show: from a Secret, a variable of Flux, or a patch."""

NO_DRIVERS: Final = frozenset(["cache", "delete", "maintenance", "redirect", "tag"])
"""Keys of `storage` that are no storage driver."""

_OF_IMAGE: Final[dict[str, Any]] = {
    "version": "0.1",
    "storage": {"cache": {"blobdescriptor": "inmemory"}, "filesystem": {"rootdirectory": "/var/lib/registry"}},
    "http": {"addr": ":5000"},
    "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
}
"""What the config.yml of the image says in both major versions. The rest differs."""


@dataclass
class Settings:
    """The settings of a registry."""

    registry: RegistryContainer
    tree: dict[str, Any]
    is_complete: bool
    """Whether nothing else can set more: a setting that is not there is not set."""
    config: Manifest | None = None
    """The ConfigMap with config.yml."""
    config_key: str = ""
    """The key of config.yml in it."""
    of_config: Any = None
    """What config.yml says alone, as it was read; None if it is not known."""
    origins: dict[Path, Path] = field(default_factory=dict)
    """Setting -> path of the variable in the workload that sets it."""

    def get(self, *path: str) -> Any:
        """Return a setting: None if it is not set, UNKNOWN if that cannot be said."""
        value: Any = self.tree
        for step in path:
            if value is UNKNOWN:
                return UNKNOWN
            if not isinstance(value, dict):
                return None
            if step not in value:
                return None if self.is_complete else UNKNOWN
            value = value[step]
        return UNKNOWN if is_decided_later(value) else value

    def is_on(self, *path: str) -> bool:
        """Return whether a setting is certainly true."""
        return self.get(*path) in (True, "true")

    @property
    def is_unread(self) -> bool:
        """Whether there is a config.yml that the manifests do not show."""
        return "version" not in self.tree

    @property
    def drivers(self) -> tuple[str, ...] | None:
        """The storage drivers that are set; None if they are not known."""
        storage = self.get("storage")
        if not isinstance(storage, dict):
            return None
        found = tuple(key for key in storage if key not in NO_DRIVERS)
        return found or (() if self.is_complete else None)

    def locate(self, *path: str) -> tuple[Manifest, Path]:
        """Return the object, and the path in it, that sets something, or that would."""
        for setting, origin in self.origins.items():
            if setting[: len(path)] == path or path[: len(setting)] == setting:
                return self.registry.workload, origin
        if self.config:
            return self.config, ("data", self.config_key, *path)
        return self.registry.workload, (*self.registry.path, "image")

    def is_from_environment(self, *path: str) -> bool:
        """Return whether a variable sets something."""
        return any(setting[: len(path)] == path or path[: len(setting)] == setting for setting in self.origins)


def read_settings(registry: RegistryContainer) -> Settings:
    """Read config.yml, if the manifests show it, and the environment."""
    settings = _read_config(registry)
    settings.is_complete &= not has_patch(registry.repository, registry.workload)
    variables = dict(_of_sources(registry, settings))
    for index, entry in items(registry.container.get("env")):
        path = (*registry.path, "env", index)
        value = entry.get("value", "" if "valueFrom" not in entry else UNKNOWN)
        unknown = not isinstance(value, str) or is_decided_later(value) or "$(" in value
        variables[str(entry.get("name"))] = ((*path, "value"), UNKNOWN if unknown else value)
    for name in sorted(variables):
        if name.startswith("REGISTRY_") and name != "REGISTRY_CONFIGURATION_PATH":
            _override(settings, tuple(name.removeprefix("REGISTRY_").lower().split("_")), *variables[name])
    return settings


def _of_sources(registry: RegistryContainer, settings: Settings) -> Iterator[tuple[str, tuple[Path, Any]]]:
    """Yield the variables of envFrom; what the manifests do not show makes the settings incomplete."""
    for index, source in items(registry.container.get("envFrom")):
        path = (*registry.path, "envFrom", index)
        named = source.get("configMapRef")
        config = registry.named("ConfigMap", named.get("name")) if isinstance(named, dict) else None
        if config is None:
            settings.is_complete = False
        else:
            prefix = str(source.get("prefix") or "")
            yield from ((f"{prefix}{key}", (path, value)) for key, value in config.mapping("data").items())


def _read_config(registry: RegistryContainer) -> Settings:
    path = registry.config_path
    if path is None and registry.named_config is not None:
        return Settings(registry, {}, is_complete=False)
    if path is None:
        is_mounted = any(registry.mount_of(each) for each in CONFIG_PATHS.values())
        return Settings(registry, {} if is_mounted else copy.deepcopy(_OF_IMAGE), is_complete=False)
    mount = registry.mount_of(path)
    if mount is None and registry.named_config is None:
        return Settings(registry, _of_image(registry.image.major), is_complete=True)
    found = _config_map(registry, mount) if mount else None
    if found is None:
        return Settings(registry, {}, is_complete=False)
    config, key = found
    text = config.get("data", key)
    settings = Settings(registry, {}, is_complete=False, config=config, config_key=key)
    if isinstance(text, str) and not is_decided_later(text):
        settings.of_config = parse_yaml(text)
        if isinstance(settings.of_config, dict):
            settings.tree = copy.deepcopy(settings.of_config)
            settings.is_complete = True
    return settings


def _of_image(major: int | None) -> dict[str, Any]:
    tree = copy.deepcopy(_OF_IMAGE)
    if major == 3:
        tree["storage"]["delete"] = {"enabled": True}
        tree["http"]["debug"] = {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}}
    return tree


def _config_map(registry: RegistryContainer, mount: Mount) -> tuple[Manifest, str] | None:
    """Return the ConfigMap and the key that a mounted file is, if the manifests show them."""
    name = mount.source("configMap").get("name")
    config = registry.named("ConfigMap", name) if name else None
    key = mount.key_of("configMap")
    return (config, key) if config and key in config.mapping("data") else None


def parse_yaml(text: str) -> Any:
    """Return the data of a YAML text; UNKNOWN if it cannot be read."""
    # Imported here, because few repositories run a registry by themselves.
    from registry_gitops.codec import YAMLError, compose_yaml

    try:
        root, _ = compose_yaml(text)
    except YAMLError:
        return UNKNOWN
    return root.value if root else None


def _override(settings: Settings, steps: tuple[str, ...], origin: Path, value: Any) -> None:
    """Set one setting as the registry does: the value is YAML, and a text in between is the name of a section."""
    target: dict[str, Any] = settings.tree
    for step in steps[:-1]:
        inner: Any = target.get(step)
        if isinstance(inner, str):
            inner = {inner: {}}
        elif inner is None:
            inner = {}
        elif not isinstance(inner, dict):
            target[step] = UNKNOWN
            return
        target[step] = inner
        target = inner
    parsed = parse_yaml(value) if isinstance(value, str) else UNKNOWN
    if steps in (("storage",), ("auth",)) and isinstance(parsed, str):
        parsed = {parsed: {}}
    target[steps[-1]] = parsed
    settings.origins[steps] = origin
