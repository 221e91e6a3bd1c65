"""A problem: something wrong at a path of an object, before it is located in a file."""

from __future__ import annotations

from typing import NamedTuple

from registry_gitops.findings import Severity

Path = tuple[str | int, ...]
"""Keys and list indexes, from the root of an object or a document."""


class Problem(NamedTuple):
    """What is wrong, where in the object, and what to change. The rule that found it gives the id and the severity."""

    path: Path
    """Path of the value from the root of the object. The part of it that exists is located."""

    message: str
    """What is wrong, in one sentence. It never repeats a value that can be a secret."""

    remedy: str = ""
    """What to change, as an imperative."""

    on_key: bool = False
    """Whether the last key of the path is located instead of its value."""

    severity: Severity | None = None
    """How much it matters, if that is not the severity of the rule."""


class TextProblem(NamedTuple):
    """What is wrong with the text of a file, before it is data."""

    rule_id: str
    line: int
    column: int
    message: str
    remedy: str
