"""Marks for the keys that hold secrets, and a search for those that a configuration sets in plaintext."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry_gitops.masking import mask
from registry_gitops.substitution import is_left_to_flux
from registry_gitops.values.configuration.section import Section

_CREDENTIAL = re.compile(r"auth|token|key|secret|cookie|passw|signature", re.IGNORECASE)


@dataclass(frozen=True)
class SecretField:
    """Marks a field whose value is a secret, used as ``Annotated[str | None, SecretField("REGISTRY_HTTP_SECRET")]``.

    `variable` is the environment variable from which the registry reads the value, as YAML; {} stands for the number
    of an entry of a list.
    """

    variable: str

    def find_paths(self, value: Any) -> Iterator[tuple[str, ...]]:
        """Yield the paths below `value` that hold a secret; () is the value itself. It can be of a wrong type."""
        if value:
            yield ()


@dataclass(frozen=True)
class SecretHeaders(SecretField):
    """Marks HTTP headers, of which those that carry credentials are secrets."""

    def find_paths(self, value: Any) -> Iterator[tuple[str, ...]]:
        """Yield the names of the headers that carry credentials, by their names."""
        names = map(str, value) if isinstance(value, Mapping) else ()
        yield from ((name,) for name in names if _CREDENTIAL.search(name))


@dataclass(frozen=True)
class SecretInURL(SecretField):
    """Marks a URL, which is a secret if it has a user, or a query that can hold a token."""

    def find_paths(self, value: Any) -> Iterator[tuple[str, ...]]:
        """Yield () if messages mask a part of the URL."""
        if isinstance(value, str) and mask(value) != value:
            yield ()


class FoundSecret(NamedTuple):
    """A secret that a configuration sets in plaintext."""

    path: tuple[str | int, ...]
    """Keys and list indices from the configuration, as in YAML."""

    variable: str
    """The environment variable to set instead."""


def find_plaintext_secrets(configuration: Section) -> list[FoundSecret]:
    """Return the secrets that `configuration` sets, in the order of its keys."""
    return list(_find_secrets(configuration, ()))


def _find_secrets(value: Any, path: tuple[str | int, ...]) -> Iterator[FoundSecret]:
    if isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _find_secrets(entry, (*path, index))
    if not isinstance(value, Section):
        return
    given = value.model_fields_set
    for name, field in type(value).model_fields.items():
        if name not in given:
            continue
        item, item_path = getattr(value, name), (*path, field.alias or name)
        for mark in field.metadata:
            if isinstance(mark, SecretField) and not (isinstance(item, str) and is_left_to_flux(item)):
                numbers = (part for part in path if isinstance(part, int))
                variable = mark.variable.format(*numbers)
                yield from (FoundSecret((*item_path, *below), variable) for below in mark.find_paths(item))
        yield from _find_secrets(item, item_path)
