"""The mappings in a list of the input, which can hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def indexed_mappings(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list with their indexes; none if the value is no list."""
    entries = enumerate(value) if isinstance(value, list | tuple) else ()
    return ((index, entry) for index, entry in entries if isinstance(entry, dict))


def list_mappings(value: object) -> list[dict[str, Any]]:
    """Return the mappings of a list; none if the value is no list."""
    return [entry for _, entry in indexed_mappings(value)]


def list_texts(value: object) -> list[str]:
    """Return the texts in a list; none if the value is no list."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []
