"""A model that keeps what was computed from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

from pydantic import BaseModel

_T = TypeVar("_T")


class ComputedModel(BaseModel):
    """A model that computes a value once per instance.

    The value is in a slot, which is not copied, compared, or pickled. `functools.cached_property` would store it among
    the fields, where a changed copy keeps it, and where validation refuses it as an unknown key.
    """

    __slots__ = ("_computed",)

    def compute_once(self, compute: Callable[[Self], _T]) -> _T:
        """Return `compute(self)`, which later calls with the same function return again."""
        # Without an annotation in the class, which type checkers would take for a field.
        computed: dict[Callable[[Self], Any], Any] | None = getattr(self, "_computed", None)
        if computed is None:
            computed = {}
            object.__setattr__(self, "_computed", computed)  # models are frozen
        if compute not in computed:
            computed[compute] = compute(self)
        value: _T = computed[compute]
        return value

    def forget_computed(self) -> None:
        """Compute values anew: a field has changed."""
        object.__setattr__(self, "_computed", {})
