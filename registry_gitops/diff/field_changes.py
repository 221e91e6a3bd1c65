"""The fields in which two objects differ, in their normal form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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

_SECRET_DATA: Final = frozenset(("data", "stringData"))


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    path: tuple[str, ...]
    """Its keys; an item of a list is [NAME] or [INDEX]."""

    before: Any = field(repr=False)
    after: Any = field(repr=False)
    is_secret: bool = False
    """Whether it is in the data of a Secret."""

    @property
    def name(self) -> str:
        """The path as text: spec.template.spec.containers[registry].image."""
        return _format_path(self.path)

    def starts_with(self, *path: str) -> bool:
        """Return whether it is at or below a path."""
        return self.path[: len(path)] == path

    def to_changed_field(self) -> ChangedField:
        """Return it without credentials."""
        return ChangedField(path=self.name, before=self._show(self.before), after=self._show(self.after))

    def _show(self, value: Any) -> str | None:
        if value is _ABSENT:
            return None
        text = _format_value(value)
        return HIDDEN if self.is_secret or self._is_credential(text) else mask(text)

    def _is_credential(self, text: str) -> bool:
        """Return whether the name of the field, or of the variable that it is the value of, tells that it is one."""
        *_, above, name = ("", *self.path)
        names = (name, above) if name == "value" else (name,)
        return any(HIDDEN in mask(f"{each.strip('[]')}: {text}") for each in names)


def _format_value(value: Any) -> str:
    """Return a value as text: a command line with a credential as one line, in which the credential is masked."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        line = " ".join(value)
        if mask(line) != line:
            return mask(line)
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _format_path(path: tuple[str, ...]) -> str:
    """Return keys as one text. A key with a dot or a slash is in brackets, as items of lists are."""
    steps = (
        step if step.startswith("[") else f"[{step}]" if "." in step or "/" in step else f".{step}" for step in path
    )
    return "".join(steps).removeprefix(".")


def find_differences(before: Any, after: Any) -> Iterator[Difference]:
    """Yield the fields that differ, in the order of `before`, then those that only `after` has."""
    return _compare(before, after, ())


def _compare(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _compare_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(before, after, path)
    elif _is_section(before):
        yield from _compare(before, type(before)(), path)
        if after is not _ABSENT:
            yield from _compare(_ABSENT, after, path)
    elif _is_section(after):
        if before is not _ABSENT:
            yield from _compare(before, _ABSENT, path)
        yield from _compare(type(after)(), after, path)
    elif not _is_same(before, after, path):
        yield from _compare_values(before, after, path)


def _compare_mappings(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Difference]:
    has_secrets = "Secret" in (before.get("kind"), after.get("kind"))
    for key in dict.fromkeys((*before, *after)):
        found = _compare(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, str(key)))
        yield from (replace(each, is_secret=True) for each in found) if has_secrets and key in _SECRET_DATA else found


def _is_section(value: Any) -> bool:
    """Return whether a value has fields of its own: a mapping that is not empty, or a list with mappings."""
    return bool(value) and (isinstance(value, Mapping) or (isinstance(value, list) and _has_mappings(value)))


def _has_mappings(items: list[Any]) -> bool:
    return any(isinstance(item, Mapping) for item in items)


def _compare_lists(before: list[Any], after: list[Any], path: tuple[str, ...]) -> Iterator[Difference]:
    """Yield the differences of the items that have the same name, or else the same place; texts are one value."""
    if not _has_mappings([*before, *after]):
        if before != after:
            yield Difference(path, before, after)
        return
    one, other = _name_items(before, after)
    found = [
        difference
        for name in dict.fromkeys((*one, *other))
        for difference in _compare(one.get(name, _ABSENT), other.get(name, _ABSENT), (*path, f"[{name}]"))
    ]
    if not found and list(one) != list(other):
        found = [Difference(path, list(one), list(other))]
    yield from found


def _name_items(*lists: list[Any]) -> list[dict[str, Any]]:
    """Return the items of lists by a field that tells them apart, without that field, or else by their index."""
    for key in _LIST_KEYS:
        if all(_tells_apart(key, items) for items in lists):
            return [{str(item[key]): {k: v for k, v in item.items() if k != key} for item in items} for items in lists]
    return [{str(index): item for index, item in enumerate(items)} for items in lists]


def _tells_apart(key: str, items: list[Any]) -> bool:
    names = [str(item[key]) for item in items if isinstance(item, Mapping) and isinstance(item.get(key), str | int)]
    return len(names) == len(items) == len(set(names))


def _compare_values(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    """Yield a difference, or those in texts that are YAML, such as a config.yml in a ConfigMap."""
    one, other = _nested(before, path), _nested(after, path)
    if _ABSENT in (before, after):
        one, other = one or {}, other or {}
    if one is not None and other is not None:
        found = list(_compare(one, other, path))
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
