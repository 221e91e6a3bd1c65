"""Values that come from outside the config file: those of `release.valuesFrom`, merged below the inline ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from registry_gitops.model import LocatedError
from registry_gitops.values.conflicts import missing_keys

_supplied: Final[ContextVar[tuple[str, ...]]] = ContextVar("supplied", default=())


@contextmanager
def more_values(keys: Iterable[str]) -> Iterator[None]:
    """Validate values to which others can be added: at one of `keys`, or anywhere if one of them is ""."""
    before = _supplied.set(tuple(keys))
    try:
        yield
    finally:
        _supplied.reset(before)


def is_supplied(error: LocatedError) -> bool:
    """Return whether a conflict can be solved by the values that are added."""
    return any(brings(key, error) for key in _supplied.get())


def brings(key: str, error: LocatedError) -> bool:
    """Return whether a value at `key`, "" for all values, can solve a conflict that is about a missing one."""
    return any(not key or key == missing or missing.startswith(f"{key}.") for missing in missing_keys(error))
