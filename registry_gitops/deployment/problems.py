"""pydantic's errors as findings, whose messages say what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from registry_gitops.codec import Node
from registry_gitops.findings import Finding, Location
from registry_gitops.masking import show_key
from registry_gitops.model import LocatedError, Model, custom_error, unknown_key

_SURROGATE = re.compile("[\ud800-\udfff]")
_INT64 = 2**63
_OF_ABSENT = ("missing", "unknown_key")

Path = tuple[int | str, ...]
# None of these repeats the value: it may be a password.
_SENTENCES = {
    "string_type": "must be text: put it in quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list: begin each entry with '- '",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "missing": "is required",
    "frozen_instance": "cannot be assigned: `derive` returns a deployment with changes",
    # The only union of models is `source`.
    "union_tag_invalid": "needs a type: git, helm or oci",
    "union_tag_not_found": "needs a type: git, helm or oci",
}
_NO_VALUE = "has no value: write one, or remove the key"


def describe_errors(error: ValidationError, node: Node | None = None, data: object = None) -> list[Finding]:
    """Return each error of `error` as a Finding, in the order of the file.

    `node`, the content of the file, gives file, line and column. Without a file, `data` is what was validated.
    """
    found: dict[object, Finding] = {}
    for detail in error.errors(include_url=False):
        path = _path(detail, data if node is None else node)
        of_key = detail["type"] == "unknown_key"
        line, column = node.position(path, of_key=of_key) if node else (None, None)
        place = node.find(path) if node else None
        is_empty = place is not None and place.value is None and detail["type"].endswith("_type")
        # A union reports one error for each of its types; the first one for a place says enough.
        key = (path, None if len(path) < len(detail["loc"]) else detail["msg"])
        location = Location(place.file if place else None, line, column, format_key(path))
        id_ = "unknown-key" if of_key else "invalid-value"
        found.setdefault(key, Finding(id=id_, message=_NO_VALUE if is_empty else _sentence(detail), location=location))
    own = node.file if node else None
    return sorted(found.values(), key=lambda finding: _order(finding.location, own))


def _order(location: Location, own: str | None) -> tuple[bool, str, int, int]:
    """Return where a location comes: in the config file first, then in those that it extends."""
    return location.file != own, location.file or "", location.line or 0, location.column or 0


def _path(detail: Any, within: object) -> Path:
    """Return the path in the file or data. pydantic's path also names the member of a union that it tried."""
    loc: Path = detail["loc"]
    if within is None:
        return loc
    path: list[int | str] = []
    for index, step in enumerate(loc):
        children = _children(within)
        step = _key(step, children)
        if step not in children and not (index == len(loc) - 1 and detail["type"] in _OF_ABSENT):
            continue
        path.append(step)
        within = children.get(step, within)
    return tuple(path)


def _children(within: object) -> Mapping[Any, object]:
    return within.children if isinstance(within, Node) else dict(_items(within))


def _key(step: int | str, children: Mapping[Any, object]) -> int | str:
    """Return the key that an error shows as `step`."""
    keys = (key for key in children if isinstance(key, str) and show_key(key) == step)
    return step if step in children else next(keys, step)


def _sentence(detail: Any) -> str:
    message: str = detail["msg"]
    return _SENTENCES.get(detail["type"]) or message.replace("Input should be", "must be").replace(
        "Input should", "must"
    )


def format_key(path: Path) -> str:
    """Return a path as people write it: values.tolerations[0].key."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{show_key(step)}" for step in path).lstrip(".")


def unknown_attributes(stored: object, path: Path = ()) -> Iterator[LocatedError]:
    """Yield an error for each attribute, at any depth of `stored`, that its model does not have."""
    if isinstance(stored, Model):
        fields = type(stored).model_fields
        for name in stored.__dict__.keys() - fields.keys():
            if not isinstance(getattr(type(stored), str(name), None), cached_property):
                yield (*path, str(name)), unknown_key(str(name), list(fields))
    for step, item in _items(stored):
        yield from unknown_attributes(item, (*path, step))


def unwritable_values(plain: object, path: Path = ()) -> Iterator[LocatedError]:
    """Yield an error for each text or number, at any depth of `plain`, that no YAML file can hold."""
    if isinstance(plain, str) and _SURROGATE.search(plain):
        yield path, custom_error("surrogate", "holds half of a surrogate pair, which no file can: remove it")
    elif isinstance(plain, int) and not -_INT64 <= plain < _INT64:
        yield path, custom_error("out_of_range", f"is out of range: write a number of at most {_INT64 - 1}")
    for step, item in _items(plain):
        yield from unwritable_values(step, path)
        yield from unwritable_values(item, (*path, step))


def wrong_models(stored: object, made: object, path: Path = ()) -> Iterator[LocatedError]:
    """Yield an error for each value in `stored` that cannot stand for the model that it became in `made`.

    `made` is validated from the plain data of `stored`, where an empty model of any class looks like any other. A
    dict can stand for a model, but not in a model.
    """
    if isinstance(stored, Model) and not (isinstance(made, Model) and isinstance(stored, type(made))):
        yield path, _wrong_model(stored, made)
        return
    after = dict(_items(made))
    for step, item in _items(stored):
        if isinstance(stored, Model) and isinstance(item, Mapping) and isinstance(after.get(step), Model):
            yield (*path, step), _wrong_model(item, after.get(step))
        else:
            yield from wrong_models(item, after.get(step), (*path, step))


def _wrong_model(stored: object, made: object) -> PydanticCustomError:
    wanted = f"a {type(made).__name__}" if isinstance(made, Model) else "a value of another type"
    return custom_error("wrong_model", f"must be {wanted}, not a {type(stored).__name__}")


def _items(value: object) -> Iterator[tuple[int | str, object]]:
    """Yield the items directly below `value`, each with its key or index."""
    if isinstance(value, Model):
        fields = type(value).model_fields
        yield from ((fields[name].alias or name, item) for name, item in value.__dict__.items() if name in fields)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)
