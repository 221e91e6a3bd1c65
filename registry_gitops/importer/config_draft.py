"""A config file in the making, and what became of each key of the input so far."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from registry_gitops.documents import Path
from registry_gitops.importer.finding_keys import remove_at, resolve_key
from registry_gitops.importer.import_report import Fate, KeyOutcome
from registry_gitops.importer.input_keys import (
    InputKey,
    KeyTree,
    find,
    format_path,
    is_section,
    leaves,
    leaves_with_path,
    plain,
)

_UNKNOWN: Final = "registry-gitops does not know this key, and so does not know its effect"
_LEAVE_OUT: Final = "leave it out, if nothing depends on it"
OWN_ENTRIES: Final = "each key of it has an entry of its own"


@dataclass(frozen=True, slots=True)
class Note:
    """What became of some keys."""

    fate: Fate
    at: Path
    """The path that was noted: that of the key, or of a section with it."""

    to: tuple[str, ...] = ()
    text: str = ""
    options: tuple[str, ...] = ()

    def with_moved(self, section: str, removed: int) -> Note:
        """Return the note after an entry of a list was removed."""
        return replace(self, to=tuple(_moved(target, section, removed) for target in self.to))


@dataclass(eq=False)
class ConfigDraft:
    """A config file in the making. The same draft takes keys from all files of the input."""

    config: dict[str, Any] = field(default_factory=dict)
    """The config file, as plain data."""

    secrets: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """Name of a Secret to write -> key -> text."""

    differences: list[str] = field(default_factory=list)
    """What the new deployment does in another way although no key says so."""

    _keys: list[InputKey] = field(default_factory=list, repr=False)
    _notes: dict[int, Note] = field(default_factory=dict, repr=False)
    _leaders: dict[int, InputKey] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Name of the deployment."""
        return str(self.config.get("name", "docker-registry"))

    @property
    def namespace(self) -> str:
        """Namespace of the deployment."""
        named = self.config.get("namespace", "docker-registry")
        return str(named["name"] if isinstance(named, dict) else named)

    def read(self, tree: KeyTree) -> Notes:
        """Add all keys of a tree to the input: each gets an outcome, whatever the caller notes. Return its notes."""
        self._keys += leaves(tree)
        return Notes(self, tree)

    def put(self, target: str, value: Any) -> None:
        """Set a key of the config file, dotted from its root, such as values.persistence.size."""
        *sections, key = target.split(".")
        place = self.config
        for section in sections:
            inner = place.setdefault(section, {})
            if not isinstance(inner, dict):
                inner = place[section] = {}
            place = inner
        place[key] = copy.deepcopy(value)  # what a check takes out of it later stays in the input

    def append(self, target: str, entry: Any) -> str:
        """Add an entry to a list of the config file. Return its key, such as values.sidecars[0]."""
        entries = [*(self.get(target) or []), entry]
        self.put(target, entries)
        return f"{target}[{len(entries) - 1}]"

    def get(self, target: str) -> Any:
        """Return what the config file has under a dotted key, or None."""
        place: Any = self.config
        for key in target.split("."):
            place = place.get(key) if isinstance(place, Mapping) else None
        return place

    def remove(self, target: str) -> None:
        """Take a key out of the config file, if it is there, and the sections that are empty without it."""
        path = tuple(target.split("."))
        if resolve_key(self.config, target) == path:
            remove_at(self.config, path)

    def remove_entry(self, path: Path) -> None:
        """Take what is at a path out of the config file; the notes of the entries after it in a list move with them."""
        *sections, index = remove_at(self.config, path)
        if isinstance(index, int):
            moved = {id(note): note.with_moved(format_path(tuple(sections)), index) for note in self._notes.values()}
            self._notes = {key: moved[id(note)] for key, note in self._notes.items()}

    def add_secret(self, name: str, content: Mapping[str, str]) -> None:
        """Add keys to a Secret that is written beside the config file, for a person to encrypt."""
        self.secrets.setdefault(name, {}).update(content)

    def note(self, keys: Iterable[InputKey], note: Note) -> None:
        """Note what became of these keys; a later note replaces an earlier one."""
        self._notes.update((id(key), note) for key in keys)

    def follow(self, key: InputKey, other: InputKey) -> None:
        """Let `key` have the outcome of `other`, such as the name of a variable that of its value."""
        self._leaders[id(key)] = other

    def drop_overridden(self, overridden: Iterable[tuple[InputKey, InputKey]]) -> None:
        """Note that each of these keys has no effect, because the other one overrides it, unless it is a section."""
        for key, other in overridden:
            file, line, _ = other.location
            overriding = Note(Fate.DROPPED, key.path, (), f"{file}:{line} overrides it")
            self.note([key], Note(Fate.TRANSLATED, key.path, (), OWN_ENTRIES) if key.value == {} else overriding)

    def has_note(self, key: InputKey) -> bool:
        """Return whether it is noted already what became of a key."""
        return id(key) in self._notes

    def reconsider(self, target: str, question: str, *options: str) -> bool:
        """Turn the keys that were put at `target`, below it, or above it, into decisions. Return whether there are any.

        This is for values that a check refuses afterwards; the caller removes them from the config file.
        """
        return self._note_again(target, Fate.DECISION, (), question, options)

    def translate_again(self, target: str, to: tuple[str, ...], how: str) -> None:
        """Note that the keys that were put at `target` are at other keys of the config file now."""
        self._note_again(target, Fate.TRANSLATED, to, how)

    def _note_again(
        self, target: str, fate: Fate, to: tuple[str, ...], text: str, options: tuple[str, ...] = ()
    ) -> bool:
        found = [key for key in self._keys if (note := self._note_of(key)) and _leads_to(note.to, target)]
        exact = [key for key in found if (note := self._note_of(key)) and _has_at(key, note, target)]
        for key in exact or found:
            self._notes[id(self._leaders.get(id(key), key))] = Note(fate, key.path, to, text, options)
        return bool(found)

    def _note_of(self, key: InputKey) -> Note | None:
        return self._notes.get(id(self._leaders.get(id(key), key)))

    def outcomes(self) -> tuple[KeyOutcome, ...]:
        """Return an outcome for every key that was read, in the order in which they were read.

        A key of which nobody noted anything needs a decision.
        """
        groups: dict[tuple[int, Path, int], list[InputKey]] = {}
        for key in self._keys:
            leader = self._leaders.get(id(key), key)
            note = self._notes.setdefault(id(leader), Note(Fate.DECISION, leader.path, (), _UNKNOWN, (_LEAVE_OUT,)))
            self._notes[id(key)] = note
            groups.setdefault((id(key.document), note.at, id(note)), []).append(key)
        return tuple(self._outcome(at, keys) for (_, at, _), keys in groups.items())

    def _outcome(self, at: Path, keys: list[InputKey]) -> KeyOutcome:
        note, document = self._notes[id(keys[0])], keys[0].document
        line, column = document.position(at, on_key=True)
        covered = tuple(dict.fromkeys(each for key in keys for each in key.covered))
        return KeyOutcome(
            file=document.source.name,
            line=line,
            column=column,
            key=format_path(at),
            fate=note.fate,
            to=note.to,
            note=note.text,
            options=note.options,
            keys=() if covered == (format_path(at),) else covered,
        )


@dataclass(frozen=True)
class Notes:
    """What becomes of the keys of one tree. A key is a path from the root of the tree; a section means all below it."""

    draft: ConfigDraft
    tree: KeyTree

    @property
    def data(self) -> dict[str, Any]:
        """The tree as plain data."""
        result: dict[str, Any] = plain(self.tree)
        return result

    def get(self, *key: str | int) -> Any:
        """Return the plain value of a key, or None if there is none."""
        found = find(self.tree, key)
        return None if found is None else plain(found)

    def entries(self, *key: str | int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each entry of a list that is a mapping, with its index; nothing if the key is no list."""
        listed = self.get(*key)
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict):
                yield index, entry

    def text(self, *key: str | int) -> str:
        """Return the value of a key that is a text, or ""."""
        value = self.get(*key)
        return value if isinstance(value, str) else ""

    def below(self, *key: str | int) -> Notes:
        """Return the notes of a section, which is empty if there is none."""
        found = find(self.tree, key)
        return Notes(self.draft, found if is_section(found) else {})

    def keep(self, key: Path, target: str) -> None:
        """Put the value of a key at `target`, unchanged, if there is such a key."""
        value = self.get(*key)
        if value is not None:
            self.draft.put(target, value)
            self.kept(key, target)

    def translate(self, key: Path, target: str, value: Any, how: str = "") -> None:
        """Put `value` at `target`, in place of the value of a key."""
        self.draft.put(target, value)
        self.translated(key, target, how)

    def kept(self, key: Path, target: str = "", how: str = "") -> None:
        """Note that a key is in the config file as it was; without a target, that it stays where it is."""
        self._note(Fate.KEPT, key, (target,) if target else (), how)

    def translated(self, key: Path, targets: str | Iterable[str], how: str = "") -> None:
        """Note that a key is in the config file under other keys, or as another value."""
        self._note(Fate.TRANSLATED, key, (targets,) if isinstance(targets, str) else tuple(targets), how)

    def dropped(self, key: Path, why: str) -> None:
        """Note that a key has no effect in the new deployment."""
        self._note(Fate.DROPPED, key, (), why)

    def decide(self, key: Path, question: str, options: Iterable[str] = ()) -> None:
        """Note that a person must decide what becomes of a key."""
        self._note(Fate.DECISION, key, (), question, tuple(options))

    def _note(self, fate: Fate, key: Path, to: tuple[str, ...], text: str = "", options: tuple[str, ...] = ()) -> None:
        found = find(self.tree, key)
        notes: dict[tuple[int, Path], tuple[Note, list[InputKey]]] = {}
        for each, path in leaves_with_path(found) if found is not None else ():
            # A merged section has keys of several documents; a key that was moved into it has another path there.
            at = each.path[: -len(path)] if path and each.path[-len(path) :] == path else each.path
            note, keys = notes.setdefault((id(each.document), at), (Note(fate, at, to, text, options), []))
            keys.append(each)
        for note, keys in notes.values():
            self.draft.note(keys, note)


def _moved(target: str, section: str, removed: int) -> str:
    """Return the target of a note after an entry of a list was removed."""
    number, bracket, rest = target.removeprefix(f"{section}[").partition("]")
    is_after = target.startswith(f"{section}[") and bracket and int(number) > removed
    return f"{section}[{int(number) - 1}]{rest}" if is_after else target


def _has_at(key: InputKey, note: Note, target: str) -> bool:
    """Return whether a key of a section that was noted as a whole is the one at `target`, or below it."""
    inside = format_path(key.path[len(note.at) :])
    below = inside if not inside or inside.startswith("[") else f".{inside}"
    return any(f"{each}{below}.".startswith((f"{target}.", f"{target}[")) for each in note.to)


def _leads_to(targets: tuple[str, ...], key: str) -> bool:
    return any(
        target == key or key.startswith((f"{target}.", f"{target}[")) or target.startswith((f"{key}.", f"{key}["))
        for target in targets
    )
