"""The schemas of a run, by apiVersion and kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from registry_gitops.errors import InputError
from registry_gitops.validation.schemas import archive
from registry_gitops.validation.schemas.custom_resources import custom_resource_schemas
from registry_gitops.validation.schemas.extra_schemas import ExtraSchemas
from registry_gitops.validation.schemas.kind_schema import KindSchema

Schema = dict[str, Any]


class SchemaStore:
    """The schemas of a Kubernetes version such as 1.36, of CustomResourceDefinitions of the run, and of the user.

    A kind is read and compiled at its first use.
    """

    def __init__(
        self, kubernetes_version: str, definitions: Iterable[Schema] = (), extra: ExtraSchemas | None = None
    ) -> None:
        self._version = kubernetes_version
        self._extra = extra or ExtraSchemas(())
        self._definitions = (*definitions, *self._extra.definitions)
        self._found: dict[tuple[str, str], KindSchema | None] = {}

    def find(self, api_version: str, kind: str) -> KindSchema | None:
        """Return the schema of a kind, or None if it has none.

        The schemas of the user win over definitions of the run, and these over those that we carry. Raises InputError
        for a JSON Schema that cannot be used.
        """
        key = api_version, kind
        if key not in self._found:
            self._found[key] = self._of_user(*key) or self._from_run.get(key) or self._carried(*key)
        return self._found[key]

    def _of_user(self, api_version: str, kind: str) -> KindSchema | None:
        found = self._extra.find(api_version, kind)
        if found is None:
            return None
        path, schema = found
        try:
            return KindSchema(schema, is_custom=False).compiled()
        except ValueError:
            message = "the JSON Schema cannot be used: it must be valid, and refer to no other file"
            raise InputError.single(message, path) from None

    @cached_property
    def _from_run(self) -> Mapping[tuple[str, str], KindSchema]:
        found: dict[tuple[str, str], KindSchema] = {}
        for definition in self._definitions:
            try:
                schemas = list(custom_resource_schemas(definition))
            except (AttributeError, KeyError, TypeError):
                continue  # its own schema tells what is wrong with it
            for api_version, kind, schema in schemas:
                found[api_version, kind] = self._kind_schema(schema)
        return found

    def _carried(self, api_version: str, kind: str) -> KindSchema | None:
        name = archive.group_archives().get(api_version.rpartition("/")[0])
        text = archive.unpack(name, self._version).get(f"{api_version} {kind}") if name else None
        return self._kind_schema(json.loads(text), is_custom=name != archive.KUBERNETES) if text else None

    def _kind_schema(self, schema: Schema, *, is_custom: bool = True) -> KindSchema:
        definitions: dict[str, Schema] = {}
        carried = archive.unpack(archive.KUBERNETES, self._version)
        pending = list(_references(schema))
        while pending:
            name = pending.pop()
            if name not in definitions:
                definitions[name] = json.loads(carried[name])
                pending += _references(definitions[name])
        root = {**schema, "$schema": "http://json-schema.org/draft-07/schema#", "definitions": definitions}
        return KindSchema(root, is_custom=is_custom)


def _references(node: Any) -> Iterable[str]:
    """Yield the names of the definitions that a schema refers to directly."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)
