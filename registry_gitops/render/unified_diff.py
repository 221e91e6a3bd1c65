"""Format a plan as a unified diff."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator

from registry_gitops.render.comparison import Change, Plan


def format_diff(plan: Plan, prefix: str = "") -> Iterator[str]:
    """Yield the lines of a unified diff, without line ends, as `diff -u` and Git write it; none if nothing differs.

    Paths are relative to the directory of the plan, after `prefix`.
    """
    for change in plan.pending:
        yield from _diff_file(change, posixpath.normpath(prefix + change.path))


def _diff_file(change: Change, path: str) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    old = f"a/{path}" if change.before is not None else "/dev/null"
    new = f"b/{path}" if change.after is not None else "/dev/null"
    return difflib.unified_diff(before, after, old, new, lineterm="")


def _lines(content: bytes | None) -> list[str]:
    if content is None:
        return []
    *lines, rest = content.decode("utf-8", "replace").split("\n")
    # `patch` must know whether the last line has a line end.
    return [*lines, f"{rest}\n\\ No newline at end of file"] if rest else lines
