"""Which keys hold secrets, and which of them a configuration sets in the clear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry_gitops.masking import mask
from registry_gitops.values.configuration.section import Section

_CREDENTIAL = re.compile(r"auth|token|key|secret|cookie|passw|signature", re.IGNORECASE)


@dataclass(frozen=True)
class Secret:
    """Marks a field whose value is a secret, used as ``Annotated[str | None, Secret("REGISTRY_HTTP_SECRET")]``.

    `variable` is the environment variable that the registry reads the value from, as YAML, with {} where a list wants
    the number of the entry.
    """

    variable: str

    def places(self, value: Any) -> Iterator[tuple[str, ...]]:
        """Where `value` holds a secret, as paths below it."""
        if value:
            yield ()


@dataclass(frozen=True)
class SecretHeaders(Secret):
    """Marks HTTP headers: those whose name says so are secrets."""

    def places(self, value: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
        """Names of the headers that carry credentials."""
        yield from ((name,) for name in value if _CREDENTIAL.search(name))


@dataclass(frozen=True)
class SecretInURL(Secret):
    """Marks a URL: one with a user, or with a query that may hold a token, is a secret."""

    def places(self, value: str) -> Iterator[tuple[str, ...]]:
        """The URL itself, if a message would not show it whole."""
        if mask(value) != value:
            yield ()


class FoundSecret(NamedTuple):
    """A secret that stands in a configuration in the clear."""

    path: tuple[str | int, ...]
    """Keys and list indices from the configuration, as in YAML."""

    variable: str
    """The environment variable that the registry reads it from instead."""


def secrets(configuration: Section) -> list[FoundSecret]:
    """The secrets that `configuration` sets, in the order of its keys."""
    return list(_secrets(configuration, ()))


def _secrets(value: Any, path: tuple[str | int, ...]) -> Iterator[FoundSecret]:
    if isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _secrets(entry, (*path, index))
    if not isinstance(value, Section):
        return
    given = value.model_fields_set
    for name, field in type(value).model_fields.items():
        if name not in given:
            continue
        below, found = getattr(value, name), (*path, field.alias or name)
        for mark in field.metadata:
            if isinstance(mark, Secret):
                numbers = (part for part in path if isinstance(part, int))
                variable = mark.variable.format(*numbers)
                yield from (FoundSecret((*found, *place), variable) for place in mark.places(below))
        yield from _secrets(below, found)
