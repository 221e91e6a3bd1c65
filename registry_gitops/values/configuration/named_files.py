"""A mark for the keys that name files, and a search for the files that a configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args, get_origin

from registry_gitops.values.configuration.section import Section


@dataclass(frozen=True)
class NamesFile:
    """Marks a field with the path of a file, or a list of them, that must exist before the registry starts.

    `instead` is the chart's value that mounts such a file and sets the field, "" if there is none.
    """

    instead: str = ""


class FileKey(NamedTuple):
    """A key of config.yml whose value names a file."""

    steps: tuple[str, ...]
    """The keys from the root, without the indices of lists."""

    variable: str
    """A regular expression of the environment variable that sets the key."""

    instead: str


class NamedFile(NamedTuple):
    """A file that a configuration names."""

    key: tuple[str | int, ...]
    """Keys and list indices from the configuration, as in YAML."""

    path: str
    instead: str


def find_named_files(configuration: Section) -> list[NamedFile]:
    """Return the files that `configuration` names, in the order of its keys."""
    return list(_find(configuration, ()))


def list_file_keys(section: type[Section], *above: str, variable: str = "REGISTRY") -> Iterator[FileKey]:
    """Yield the keys below a section whose values name files, in the order of the models."""
    for name, field in section.model_fields.items():
        key = field.alias or name
        steps, here = (*above, key), f"{variable}_{key.upper()}"
        yield from (FileKey(steps, here, mark.instead) for mark in field.metadata if isinstance(mark, NamesFile))
        for below, is_list in _sections_of(field.annotation):
            yield from list_file_keys(below, *steps, variable=f"{here}_[0-9]+" if is_list else here)


def _sections_of(annotation: Any, *, is_list: bool = False) -> Iterator[tuple[type[Section], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation, is_list
    is_list = is_list or get_origin(annotation) is Sequence
    for inner in get_args(annotation):
        yield from _sections_of(inner, is_list=is_list)


def _find(value: Any, path: tuple[str | int, ...]) -> Iterator[NamedFile]:
    if isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _find(entry, (*path, index))
    if not isinstance(value, Section):
        return
    for name, field in type(value).model_fields.items():
        item, key = getattr(value, name), (*path, field.alias or name)
        marks = [mark for mark in field.metadata if isinstance(mark, NamesFile)]
        for mark in marks if item else ():
            files = [(key, item)] if isinstance(item, str) else [((*key, i), file) for i, file in enumerate(item)]
            yield from (NamedFile(at, file, mark.instead) for at, file in files)
        if not marks:
            yield from _find(item, key)
