"""The reading of one config.yml: each key goes to a value of the chart, to `configuration`, or to a Secret."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from registry_gitops.documents import Path
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.config_variables import VARIABLES
from registry_gitops.importer.container_files import FindFile
from registry_gitops.secrets import encode_yaml_value
from registry_gitops.values import explain_unread_key, find_secret_variable

EMPTY: Final = "it is empty, so it changes nothing"

_DROPPED: Final[Mapping[Path, str]] = {
    ("version",): "the chart writes it",
    ("compatibility",): "registry v3 stores no schema 1 manifests",
    ("reporting",): "registry v3 reports to no service",
    ("http", "net"): "a Pod behind a Service listens on tcp",
    ("auth", "none"): "without a provider, everybody is allowed to use the registry",
    ("redis", "pool", "wait"): "the client of registry v3 always waits for a free connection",
}

_MOVED: Final[Mapping[Path, str]] = {
    ("http", "relativeurls"): "values.http.relativeUrls",
    ("redis", "addrs"): "values.cache.redis.addrs",
    ("redis", "username"): "values.cache.redis.username",
    ("redis", "db"): "values.cache.redis.db",
    ("redis", "mastername"): "values.cache.redis.masterName",
    ("redis", "sentinelusername"): "values.cache.redis.sentinelUsername",
    ("redis", "tls", "enabled"): "values.cache.redis.tls.enabled",
    ("proxy", "ttl"): "values.proxy.ttl",
    ("auth", "token", "realm"): "values.auth.token.realm",
    ("auth", "token", "service"): "values.auth.token.service",
    ("auth", "token", "issuer"): "values.auth.token.issuer",
    ("auth", "token", "signingalgorithms"): "values.auth.token.signingAlgorithms",
    ("http", "debug", "prometheus", "path"): "values.metrics.path",
    ("http", "debug", "prometheus", "enabled"): "values.metrics.enabled",
}
"""Key of config.yml -> the chart's value that sets it."""

_RENAMED: Final[Mapping[Path, Path]] = {
    ("loglevel",): ("log", "level"),
    ("redis", "pool", "maxidle"): ("redis", "maxidleconns"),
    ("redis", "pool", "maxactive"): ("redis", "maxactiveconns"),
    ("redis", "pool", "idletimeout"): ("redis", "connmaxidletime"),
}
"""Key of registry v2 -> key of v3."""

_SAME: Final[Mapping[Path, object]] = {
    ("http", "headers", "X-Content-Type-Options"): ["nosniff"],
    ("log", "level"): "info",
    ("log", "formatter"): "text",
    ("log", "accesslog", "disabled"): False,
    ("health", "storagedriver", "enabled"): True,
    ("health", "storagedriver", "interval"): "10s",
    ("health", "storagedriver", "threshold"): 3,
}
"""What the chart's config.yml says by itself."""

Reader = Callable[["ConfigReading", Path], None]
"""Reads a key that is more than moved, and all below it."""


class ConfigReading:
    """The reading of one config.yml: what is in it, and where it goes."""

    def __init__(self, notes: Notes, readers: Mapping[Path, Reader], files: FindFile, data_path: str) -> None:
        self.notes = notes
        self.draft = notes.draft
        self._readers = readers
        self.find_file = files
        self.data_path = data_path
        self.configuration: dict[str, Any] = {}
        """What goes to `values.configuration`."""

    def walk(self, path: Path, value: Any) -> None:
        """Read a key, and the keys below it."""
        if path in _DROPPED:
            self.notes.dropped(path, _DROPPED[path])
        elif path in self._readers:
            self._readers[path](self, path)
        elif path in _MOVED:
            self.put(path, _MOVED[path], value)
        elif variable := find_secret_variable(path, value):
            self._move_to_variable(path, variable, value)
        elif value and isinstance(value, Mapping):
            for key, item in value.items():
                self.walk((*path, key), item)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for index, item in enumerate(value):
                self.walk((*path, index), item)
        elif path in _SAME and _SAME[path] == value:
            self.notes.dropped(path, "the chart sets it so by itself")
        else:
            self.pass_on(path, value)

    def put(self, path: Path, target: str, value: Any, how: str = "") -> None:
        """Put a key at a value of the chart, unless it is empty."""
        if value in (None, "", {}, []):
            self.notes.dropped(path, EMPTY)
        else:
            self.notes.translate(path, target, value, how)

    def pass_on(self, path: Path, value: Any, new: Path | None = None) -> None:
        """Put a key below `configuration`, where it is the same key, or the one that registry v3 has instead."""
        new = new or _RENAMED.get(path, path)
        if path[:2] == ("storage", "s3aws"):
            new = ("storage", "s3", *path[2:])
        if value in (None, {}):
            self.notes.dropped(path, EMPTY)
        elif (reason := explain_unread_key(new)) is not None:
            self.notes.dropped(path, reason)
        else:
            _set(self.configuration, new, value)
            how = f"registry v3 calls it {_dotted(new)}" if new != path else ""
            self.notes.translated(path, f"values.configuration.{_dotted(new)}", how)

    def move_secret(self, path: Path, secret: str, key: str, section: str) -> None:
        """Put a secret into the Secret `NAME-secret`, which `existingSecret` of a section of the values then names."""
        value = self.notes.get(*path)
        if value in (None, ""):
            self.notes.dropped(path, EMPTY)
            return
        name = f"{self.draft.get('name')}-{secret}"
        self.draft.add_secret(name, {key: str(value)})
        self.put(path, f"values.{section}.existingSecret", name, _moved(key, name))

    def _move_to_variable(self, path: Path, variable: str, value: Any) -> None:
        """Put a secret without a value of the chart into the environment, from a Secret."""
        name = f"{self.draft.get('name')}-environment"
        text = encode_yaml_value(value) if isinstance(value, str) else json.dumps(value)
        self.draft.add_secret(name, {variable: text})
        reference = {"secretKeyRef": {"name": name, "key": variable}}
        target = self.draft.append(VARIABLES, {"name": variable, "valueFrom": reference})
        self.notes.translated(path, target, _moved(variable, name))


def _moved(key: str, secret: str) -> str:
    return f"it is the key {key} of the Secret {secret} now"


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _set(config: dict[str, Any], path: Path, value: Any) -> None:
    """Set a key of plain data, with the sections and entries that it is in; entries of a list come in order."""
    place: Any = config
    for step, following in itertools.pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(place, dict):
            place = place.setdefault(step, empty)
        else:
            place += [empty] * (int(step) + 1 - len(place))
            place = place[int(step)]
    place[path[-1]] = value
