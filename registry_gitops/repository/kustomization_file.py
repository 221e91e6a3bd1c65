"""A kustomization file: the files and directories that it names, and what it does to their objects."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from registry_gitops.documents import Path, YAMLDocument
from registry_gitops.filenames import KUSTOMIZATION_FILES

_RESOURCE_FIELDS: Final = ("resources", "bases", "components")
_FILE_FIELDS: Final = ("crds", "configurations", "transformers", "generators", "validators")
_PATCH_FIELDS: Final = ("patches", "patchesJson6902", "replacements")
_GENERATOR_FIELDS: Final = ("configMapGenerator", "secretGenerator")
_REMOTE: Final = re.compile(r"://|^git@|^git::|\?|^[a-z0-9-]+(\.[a-z0-9-]+)+[:/](?!$)", re.I)
_VARIABLE: Final = re.compile(r"\$\{|\{\{|<<")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or directory that a kustomization file names."""

    path: Path
    """Where the name is written: ("resources", 0), ("patches", 1, "path")."""

    text: str
    """The name as it is written."""

    target: str
    """Absolute path of the file or directory."""

    @property
    def field(self) -> str:
        """The field of the kustomization file, such as resources, components, or patches."""
        return str(self.path[0])

    @property
    def is_remote(self) -> bool:
        """Whether the name can be one of a repository or a URL, or holds a variable of a template."""
        return bool(_REMOTE.search(self.text) or _VARIABLE.search(self.text)) and not os.path.exists(self.target)


class KustomizationFile:
    """A kustomization file, or a component."""

    def __init__(self, document: YAMLDocument) -> None:
        self.document = document
        self.value: dict[str, Any] = document.value
        self.file = os.path.abspath(document.source.name)
        self.folder = os.path.dirname(self.file)
        self.is_component = self.value.get("kind") == "Component"

    @property
    def namespace(self) -> str:
        """The namespace that all objects get, or "" if they keep theirs."""
        return self._text("namespace")

    def full_name(self, name: str) -> str:
        """Return the name that an object gets."""
        return f"{self._text('namePrefix')}{name}{self._text('nameSuffix')}"

    @cached_property
    def added_labels(self) -> dict[str, Any]:
        """The labels that all objects get."""
        found = self.value.get("commonLabels")
        labels = dict(found) if isinstance(found, dict) else {}
        for item in self.list("labels"):
            if isinstance(item, dict) and isinstance(item.get("pairs"), dict):
                labels |= item["pairs"]
        return labels

    @cached_property
    def resources(self) -> tuple[Entry, ...]:
        """What the objects come from: resources, bases, and components."""
        return tuple(
            self._entry((field, index), text)
            for field in _RESOURCE_FIELDS
            for index, text in enumerate(self.list(field))
            if isinstance(text, str) and text
        )

    @cached_property
    def patch_files(self) -> tuple[Entry, ...]:
        """The files that are merged over objects."""
        fields = {"patches", "patchesStrategicMerge", "patchesJson6902"}
        return tuple(entry for entry in self._other_files() if entry.field in fields)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every file and directory that is named."""
        return (*self.resources, *self._other_files(), *self._generator_files())

    def list(self, field: str) -> list[Any]:
        """Return the list of a field, or an empty one."""
        value = self.value.get(field)
        return value if isinstance(value, list) else []

    def _other_files(self) -> Iterator[Entry]:
        for field in _PATCH_FIELDS:
            for index, item in enumerate(self.list(field)):
                if isinstance(item, dict) and isinstance(item.get("path"), str) and item["path"]:
                    yield self._entry((field, index, "path"), item["path"])
        openapi = self.value.get("openapi")
        if isinstance(openapi, dict) and isinstance(openapi.get("path"), str):
            yield self._entry(("openapi", "path"), openapi["path"])
        for field in (*_FILE_FIELDS, "patchesStrategicMerge"):
            for index, text in enumerate(self.list(field)):
                if isinstance(text, str) and text and not is_inline(text):
                    yield self._entry((field, index), text)

    def _generator_files(self) -> Iterator[Entry]:
        for field in _GENERATOR_FIELDS:
            for index, item in enumerate(self.list(field)):
                if not isinstance(item, dict):
                    continue
                for key in ("files", "envs"):
                    texts = item.get(key)
                    for number, text in enumerate(texts if isinstance(texts, list) else ()):
                        if isinstance(text, str) and text:
                            name = text.partition("=")[2] if key == "files" and "=" in text else text
                            yield self._entry((field, index, key, number), name)
                if isinstance(item.get("env"), str):
                    yield self._entry((field, index, "env"), item["env"])

    def _entry(self, path: Path, text: str) -> Entry:
        return Entry(path, text, os.path.normpath(os.path.join(self.folder, text)))

    def _text(self, field: str) -> str:
        value = self.value.get(field)
        return value if isinstance(value, str) else ""


def is_kustomization(document: YAMLDocument) -> bool:
    """Whether a document is a kustomization file. Its file name decides: apiVersion and kind can be left out."""
    name = document.source.name
    return (
        name.endswith(KUSTOMIZATION_FILES)
        and os.path.basename(name) in KUSTOMIZATION_FILES
        and isinstance(document.value, dict)
    )


def has_kustomization(folder: str) -> bool:
    """Whether a directory has a kustomization file."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in KUSTOMIZATION_FILES)


def is_inline(text: str) -> bool:
    """Whether an entry is the text of a patch instead of a file name."""
    return "\n" in text or text.lstrip().startswith("{")
