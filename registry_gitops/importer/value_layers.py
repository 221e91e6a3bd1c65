"""The values of a release from all places that Helm merges: ConfigMaps, Secrets, generators, and the release itself."""

from __future__ import annotations

import base64
import binascii
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.codec import YAMLError, compose_yaml
from registry_gitops.documents import Manifest, Path, YAMLDocument, is_decided_later, read_file
from registry_gitops.errors import InputError
from registry_gitops.importer.config_draft import OWN_ENTRIES, ConfigDraft
from registry_gitops.importer.input_keys import InputKey, KeyTree, find, merge, plant, read_tree

_GENERATORS: Final = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


@dataclass(frozen=True, slots=True)
class ReferredValues:
    """A ConfigMap or Secret that a release takes values from."""

    kind: str
    name: str
    key: str
    target_path: str = ""
    """Where its text is put as one value, dotted; "" merges it as YAML."""


@dataclass
class ValueLayers:
    """Merges the values of a release, lowest first, and keeps the place of each."""

    draft: ConfigDraft
    documents: Sequence[YAMLDocument]
    manifests: Sequence[Manifest]
    values: KeyTree = field(default_factory=dict)
    """The values in force so far."""
    files: set[int] = field(default_factory=set)
    """Ids of the documents that are values as a whole."""
    generators: set[tuple[int, str, int]] = field(default_factory=set)
    """Document id, field, and index of each generator that makes values."""
    _used: dict[int, tuple[Manifest, dict[Path, InputKey | None]]] = field(default_factory=dict)
    """The objects that hold values, by their ids, and their keys: with the value, or None if they are YAML."""

    def add(self, tree: KeyTree) -> None:
        """Merge keys that the draft has already over the values so far."""
        self.values, overridden = merge(self.values, tree)
        self.draft.drop_overridden(overridden)

    def add_text(self, document: YAMLDocument, path: Path, text: object) -> None:
        """Merge a text that is YAML itself, and stands at `path` of a document."""
        tree = parse_values(document, path, text)
        self.draft.read(tree)
        self.add(tree)

    def add_reference(self, reference: ReferredValues) -> bool:
        """Merge what a ConfigMap or Secret of the input has. Return False if it is not there, or is encrypted."""
        found = self._find(reference)
        if found is None:
            return False
        document, path, text = found
        if reference.target_path:
            key = InputKey(document, path, _scalar(text))
            for _, held in self._used.values():
                held.update({each: key for each in held if held[each] is None and path[-2:] == each})
            self.draft.drop_overridden(plant(self.values, tuple(reference.target_path.split(".")), key))
        elif path:
            self.add_text(document, path, text)
        else:
            self.add(self.draft.read(read_tree(document)).tree)
        return True

    def read_values_file(self, path: pathlib.Path) -> KeyTree:
        """Return the keys of a values file. Raises InputError if it is not there, or no mapping."""
        document = self._file(path)
        if document is None or not isinstance(document.value, dict):
            raise InputError.single("is not there, or has no values: the chart of the kustomization needs it", path)
        return self.draft.read(read_tree(document)).tree

    def used_manifests(self) -> set[int]:
        """Return the ids of the ConfigMaps and Secrets that hold values, and note what is around their values."""
        for manifest, held in self._used.values():
            notes = self.draft.read(read_tree(manifest.document, manifest.path, manifest.value))
            notes.dropped((), "the values that the release reads here are in the config file now")
            for path, key in held.items():
                notes.translated(path, (), OWN_ENTRIES)
                leaf = find(notes.tree, path)
                if key and isinstance(leaf, InputKey):
                    self.draft.follow(leaf, key)
        return set(self._used)

    def generates(self, reference: ReferredValues) -> bool:
        """Return whether a generator makes the object, so that it has another name in the cluster."""
        return not any((each.kind, each.name) == (reference.kind, reference.name) for each in self.manifests) and any(
            entry.get("name") == reference.name
            for document in self.documents
            if isinstance(document.value, dict)
            for entry in document.value.get(_GENERATORS[reference.kind]) or ()
        )

    def _find(self, reference: ReferredValues) -> tuple[YAMLDocument, Path, str] | None:
        for manifest in self.manifests:
            if (manifest.kind, manifest.name) == (reference.kind, reference.name):
                return self._in_object(manifest, reference.key)
        return self._in_generators(reference)

    def _in_object(self, manifest: Manifest, key: str) -> tuple[YAMLDocument, Path, str] | None:
        for section in ("stringData", "data"):
            text = manifest.get(section, key)
            if not isinstance(text, str) or is_decided_later(text):
                continue
            if section == "data" and manifest.kind == "Secret":
                text = _decoded(text)
            if text is not None:
                self._used.setdefault(id(manifest), (manifest, {}))[1][section, key] = None
                return manifest.document, (*manifest.path, section, key), text
        return None

    def find_text(self, kind: str, name: str, key: str) -> tuple[YAMLDocument, Path, str] | None:
        """Return the document, path, and text under a key of an object that kustomize generates, or None."""
        return self._in_generators(ReferredValues(kind, name, key))

    def _in_generators(self, reference: ReferredValues) -> tuple[YAMLDocument, Path, str] | None:
        for document in self.documents:
            value = document.value
            entries = value.get(_GENERATORS[reference.kind]) if isinstance(value, dict) else None
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(entry, dict) and entry.get("name") == reference.name:
                    self.generators.add((id(document), _GENERATORS[reference.kind], index))
                    return self._generated(document, index, entry, reference)
        return None

    def _generated(
        self, document: YAMLDocument, index: int, entry: dict[str, Any], reference: ReferredValues
    ) -> tuple[YAMLDocument, Path, str] | None:
        for number, literal in enumerate(entry.get("literals") or ()):
            name, _, text = str(literal).partition("=")
            if name == reference.key:
                return document, (_GENERATORS[reference.kind], index, "literals", number), text
        for file in map(str, entry.get("files") or ()):
            name, equals, path = file.partition("=")
            path = path if equals else file
            if (name if equals else pathlib.Path(file).name) == reference.key:
                found = self._file(pathlib.Path(document.source.name).parent / path)
                return None if found is None else (found, (), found.text)
        return None

    def _file(self, path: pathlib.Path) -> YAMLDocument | None:
        for document in self.documents:
            if pathlib.Path(document.source.name).resolve() == path.resolve():
                self.files.add(id(document))
                return document
        if not path.is_file():
            return None
        return next((each for each in read_file(str(path)).documents if isinstance(each.value, dict)), None)


def parse_values(document: YAMLDocument, path: Path, text: object) -> KeyTree:
    """Return the tree of values that are a text at `path`. Raises InputError if the text is no mapping in YAML."""
    line, column = document.position(path)
    try:
        root, _ = compose_yaml(str(text))
    except YAMLError as error:
        raise InputError.single(
            f"the values are not YAML: {error.message}", document.source.name, line, column
        ) from None
    value = root.value if root else {}
    if not isinstance(value, dict):
        raise InputError.single("the values are no mapping of keys to values", document.source.name, line, column)
    return read_tree(document, path, value)


def set_values(document: YAMLDocument, path: Path, settings: dict[str, Any]) -> Iterator[tuple[str, Path, InputKey]]:
    """Yield each of the settings of `helm --set`: its key as written, where it leads to, and its value.

    A key with an index of a list leads to ().
    """
    for key, value in settings.items():
        parts = key.replace("\\.", "\0").split(".")
        steps = () if "[" in key or "{" in str(value) else tuple(part.replace("\0", ".") for part in parts)
        yield key, steps, InputKey(document, (*path, key), _scalar(value) if isinstance(value, str) else value)


def _scalar(text: str) -> Any:
    """Return the value of a text as `helm --set` reads it: quotes make it a text, else it can be a number."""
    try:
        root, _ = compose_yaml(text)
    except YAMLError:
        return text
    value = root.value if root else ""
    return text if isinstance(value, dict | list) else value


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
