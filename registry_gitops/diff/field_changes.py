"""The fields in which two objects differ, in their normal form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.amounts import parse_duration, parse_quantity
from registry_gitops.codec import YAMLError
from registry_gitops.diff.diff_report import ChangedField
from registry_gitops.documents import SourceFile, read_documents
from registry_gitops.masking import HIDDEN, mask

_ABSENT: Final = object()

_QUANTITIES: Final = frozenset(("limits", "requests", "sizeLimit", "divisor", "averageValue"))
"""Fields that hold a quantity, or a mapping to quantities."""

_DURATIONS: Final = frozenset(("interval", "retryInterval", "timeout"))
"""Fields of Flux's objects that hold a duration."""

_LIST_KEYS: Final = ("name", "mountPath", "containerPort", "topologyKey")
"""Fields that tell the items of a list apart, if all have it and no two have the same."""


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    path: tuple[str, ...]
    """Its keys; an item of a list is [NAME] or [INDEX]."""

    before: Any = field(repr=False)
    after: Any = field(repr=False)

    @property
    def name(self) -> str:
        """The path as text: spec.template.spec.containers[registry].image."""
        return _format_path(self.path)

    def starts_with(self, *path: str) -> bool:
        """Return whether it is at or below a path."""
        return self.path[: len(path)] == path

    def to_changed_field(self, *, is_secret: bool = False) -> ChangedField:
        """Return it without credentials; `is_secret` hides both values."""
        return ChangedField(
            path=self.name, before=self._show(self.before, is_secret), after=self._show(self.after, is_secret)
        )

    def _show(self, value: Any, is_secret: bool) -> str | None:
        if value is _ABSENT:
            return None
        if is_secret:
            return HIDDEN
        text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
        return HIDDEN if self._is_credential(text) else mask(text)

    def _is_credential(self, text: str) -> bool:
        """Return whether the name of the field tells that its value is one."""
        names = [step.strip("[]") for step in self.path[-2:]]
        return any(HIDDEN in mask(f"{name}: {text}") and HIDDEN not in mask(text) for name in names)


def _format_path(path: tuple[str, ...]) -> str:
    """Return keys as one text. A key with a dot or a slash is in brackets, as items of lists are."""
    steps = (
        step if step.startswith("[") else f"[{step}]" if "." in step or "/" in step else f".{step}" for step in path
    )
    return "".join(steps).removeprefix(".")


def find_differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Yield the fields that differ, in the order of `before`, then those that only `after` has."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from find_differences(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _differences_of_lists(before, after, path)
    elif _is_section(before) and after is _ABSENT:
        yield from find_differences(before, type(before)(), path)
    elif _is_section(after) and before is _ABSENT:
        yield from find_differences(type(after)(), after, path)
    elif not _is_same(before, after, path):
        yield from _differences_of_values(before, after, path)


def _is_section(value: Any) -> bool:
    """Return whether a value has fields of its own: the mapping, or a list of mappings."""
    return bool(value) and (isinstance(value, Mapping) or (isinstance(value, list) and isinstance(value[0], Mapping)))


def _differences_of_lists(before: list[Any], after: list[Any], path: tuple[str, ...]) -> Iterator[Difference]:
    key = next((key for key in _LIST_KEYS if _tells_apart(key, before) and _tells_apart(key, after)), None)
    if key is None:
        if before != after:
            yield from _differences_of_items(before, after, path)
        return
    one, other = ({str(item[key]): item for item in items} for items in (before, after))
    found = [
        difference
        for name in dict.fromkeys((*one, *other))
        for difference in find_differences(one.get(name, _ABSENT), other.get(name, _ABSENT), (*path, f"[{name}]"))
    ]
    if not found and list(one) != list(other):
        found = [Difference(path, list(one), list(other))]
    yield from found


def _tells_apart(key: str, items: list[Any]) -> bool:
    names = [str(item[key]) for item in items if isinstance(item, Mapping) and key in item]
    return len(names) == len(items) == len(set(names))


def _differences_of_items(before: list[Any], after: list[Any], path: tuple[str, ...]) -> Iterator[Difference]:
    """Yield the differences item by item, of lists of mappings with the same length; else the lists as a whole."""
    if len(before) != len(after) or not all(isinstance(item, Mapping) for item in (*before, *after)):
        yield Difference(path, before, after)
        return
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        yield from find_differences(one, other, (*path, f"[{index}]"))


def _differences_of_values(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    """Yield a difference, or those in texts that are YAML, such as a config.yml in a ConfigMap."""
    one, other = _nested(before, path), _nested(after, path)
    if one is not None and other is not None:
        found = list(find_differences(one, other, path))
        if found:
            yield from found
            return
    yield Difference(path, before, after)


def _nested(text: Any, path: tuple[str, ...]) -> Mapping[str, Any] | None:
    if not (isinstance(text, str) and path[-1].endswith((".yml", ".yaml", ".json"))):
        return None
    try:
        values = [document.value for document in read_documents(SourceFile(path[-1], text))]
    except YAMLError:
        return None
    return values[0] if len(values) == 1 and isinstance(values[0], Mapping) else None


def _is_same(before: Any, after: Any, path: tuple[str, ...]) -> bool:
    if type(before) is type(after) and before == after:
        return True
    if before is _ABSENT or after is _ABSENT:
        return False
    if _QUANTITIES.intersection(path[-2:]):
        return _is_same_amount(before, after, parse_quantity)
    return path[-1:] != () and path[-1] in _DURATIONS and _is_same_amount(before, after, parse_duration)


def _is_same_amount(before: Any, after: Any, parse: Any) -> bool:
    try:
        return bool(parse(str(before)) == parse(str(after)))
    except ValueError:
        return False
