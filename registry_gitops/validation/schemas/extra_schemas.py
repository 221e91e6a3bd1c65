"""Schemas that the user names: CustomResourceDefinitions in YAML, and JSON Schemas in kubeconform's layout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from registry_gitops.documents import find_files, read_file
from registry_gitops.errors import InputError
from registry_gitops.repository import FluxRepository

Schema = dict[str, Any]

_ANY_DRAFT: Final = "http://json-schema.org/schema#"
"""What the schemas of Kubernetes name as their draft; not all versions of jsonschema-rs know it."""

DEFINITION: Final = "CustomResourceDefinition.apiextensions.k8s.io"


class ExtraSchemas:
    """The schemas in files and directories. Raises InputError for one without any."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.definitions: list[Schema] = []
        self._json_files: dict[str, str] = {}
        """The last one or two parts of the path, in lower case -> path."""
        for path in paths:
            self._add(path)

    def find(self, api_version: str, kind: str) -> tuple[str, Schema] | None:
        """Return the path and the content of the JSON Schema of a kind, or None if no file has its name."""
        for name in _names(api_version, kind):
            if name in self._json_files:
                return self._json_files[name], _read_json(self._json_files[name])
        return None

    def _add(self, path: str) -> None:
        if not Path(path).exists():
            raise InputError.single("no such file or directory", path)
        files = list(_json_files(path))
        definitions = [] if path.endswith(".json") else list(_definitions(path))
        if not files and not definitions:
            raise InputError.single("no CustomResourceDefinition and no JSON Schema is in it", path)
        self.definitions += definitions
        for file in files:
            parts = Path(file).parts
            for name in (parts[-1], "/".join(parts[-2:])):
                self._json_files.setdefault(name.lower(), file)


def _names(api_version: str, kind: str) -> Iterator[str]:
    """Yield the names that kubeconform looks for: GROUP/KIND_VERSION of catalogs, then KIND-GROUP-VERSION."""
    group, _, version = api_version.partition("/")  # Of v1, both are v1.
    yield f"{group}/{kind}_{version or group}.json".lower()
    yield f"{kind}_{version or group}.json".lower()
    yield f"{'-'.join(filter(None, (kind, group.partition('.')[0], version)))}.json".lower()


def _json_files(path: str) -> Iterator[str]:
    if path.endswith(".json"):
        yield path
    yield from map(str, sorted(Path(path).rglob("*.json")))


def _definitions(path: str) -> Iterator[Schema]:
    documents = [document for file in find_files([path]) for document in read_file(file).documents]
    return (manifest.value for manifest in FluxRepository(documents).of_kind(DEFINITION))


def _read_json(path: str) -> Schema:
    try:
        schema = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError.single(f"cannot read the JSON Schema: {error}", path) from None
    if not isinstance(schema, dict):
        raise InputError.single("not a JSON Schema", path)
    return {key: value for key, value in schema.items() if (key, value) != ("$schema", _ANY_DRAFT)}
