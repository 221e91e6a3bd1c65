"""Which keys of config.yml the registry reads, and which are secrets: what the models of `configuration` know."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from registry_gitops.values.configuration import Configuration, SecretField, Section
from registry_gitops.values.environment import Path
from registry_gitops.values.variables import entry_of, section_of


def explain_unread_key(path: Path) -> str | None:
    """Return why registry v3 does not read a key of config.yml, or None if it does.

    `path` has keys and list indices. A key below a map of any keys, such as `log.fields`, is read.
    """
    for section, key, field in _fields(path):
        if field is None:
            return _reason(section, key)
    return None


def find_secret_variable(path: Path, value: Any) -> str | None:
    """Return the environment variable from which the registry reads a key that holds a secret, None for other keys."""
    field = next((field for _, key, field in list(_fields(path))[-1:] if key == path[-1]), None)
    numbers = [step for step in path if isinstance(step, int)]
    for mark in field.metadata if field and value else ():
        if isinstance(mark, SecretField) and list(mark.find_paths(value)):
            return mark.variable.format(*numbers)
    return None


def _fields(path: Path) -> Iterator[tuple[type[Section], str, FieldInfo | None]]:
    """Yield each section on a path, the key in it, and its field; the last one is None if the key is unknown."""
    annotation: Any = Configuration
    for step in path:
        section = section_of(annotation)
        if section is None:
            annotation = entry_of(annotation, Mapping) or entry_of(annotation)
            continue
        field = next((field for name, field in section.model_fields.items() if step == (field.alias or name)), None)
        yield section, str(step), field
        if field is None:
            return
        annotation = field.annotation


def _reason(section: type[Section], key: str) -> str:
    if key in section.instead:
        return section.instead[key]
    known = [field.alias or name for name, field in section.model_fields.items()]
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.8)
    return f"the registry ignores this key: it reads {near[0]}" if near else "registry v3 has no such key"
