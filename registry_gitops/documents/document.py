"""A document of a YAML file: its plain data, and the positions of its values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from registry_gitops.documents.nested_yaml import position_in_block, split_path
from registry_gitops.documents.problem import Path


class Role(Enum):
    """What a document is."""

    OBJECT = auto()
    """An object of Kubernetes, or a List of objects."""

    KUSTOMIZATION = auto()
    """A file that kustomize builds from, or a component; it need not say its kind."""

    PATCH = auto()
    """A part of an object, which kustomize merges over another one: it has no required fields."""

    DESCRIPTION = auto()
    """A registry.yaml of ours."""

    OTHER = auto()
    """A values file, a JSON patch, a template, or what else is written in YAML: not checked."""


@dataclass(slots=True, eq=False)
class SourceFile:
    """A text that was read, and the name that findings show for it."""

    name: str
    """Path of the file as it was given, or `<stdin>`."""

    text: str


@dataclass(slots=True, eq=False)
class YAMLDocument:
    """One document of a file."""

    source: SourceFile
    text: str
    """The text of this document alone."""

    first_line: int
    """The line of the file at which the text begins, from 1."""

    value: Any
    """Plain data, as Go reads it: sigs.k8s.io/yaml."""

    role: Role = Role.OTHER

    _root: Any = field(default=None, repr=False)

    def position(self, path: Path, *, on_key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the value at `path`, or of the last value on the path that exists.

        With `on_key`, those of the last key instead of its value. A path can lead into a text that is YAML itself, such
        as a config.yml in a ConfigMap. The document is read once more, with positions.
        """
        positions = self._root
        if positions is None:
            from registry_gitops.codec import GoYAMLError, find_positions

            try:
                positions = find_positions(self.text)
            except GoYAMLError:  # the fast reader accepts a few texts that this one does not
                return self.first_line, 1
        line, column = positions.position(path, of_key=on_key)
        value, rest = split_path(self.value, path)
        if rest and isinstance(value, str):
            found = position_in_block(self.text.split("\n"), line, column, value, rest, on_key=on_key)
            line, column = found or (line, column)
        return line + self.first_line - 1, column
