"""A change of an object, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from registry_gitops.diff.effect import Effect
from registry_gitops.diff.field_changes import Difference
from registry_gitops.diff.plain_objects import PlainObject


class Verdict(NamedTuple):
    """The effect of a change, and the sentence that says why."""

    effect: Effect
    reason: str


class ObjectUpdate(NamedTuple):
    """An object before and after, in normal form, and the fields that differ."""

    before: PlainObject
    after: PlainObject
    differences: Sequence[Difference]

    def changed_fields(self, *path: str) -> tuple[str, ...]:
        """Return the names of the fields that differ at or below a path."""
        return tuple(each.name for each in self.differences if each.starts_with(*path))
