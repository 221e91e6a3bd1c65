"""What `render` prints: the changes of one deployment, or of many with a summary."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from registry_gitops.cli.streams import colorize_diff, write_stderr, write_stdout

if TYPE_CHECKING:
    from registry_gitops.render import Plan


def print_changes(plans: Sequence[Plan], unchanged: Sequence[Path], *, is_check: bool) -> None:
    """Print a line for each change on stdout, and a summary on stderr.

    `unchanged` are the directories that needed no check. With several deployments, paths are relative to the current
    directory.
    """
    total = len(plans) + len(unchanged)
    changed = [plan for plan in plans if plan.pending]
    lines = (line for plan in changed for line in _list_changes(plan, "" if total == 1 else _prefix(plan.directory)))
    write_stdout("".join(f"{line}\n" for line in lines))
    if total > 1:
        verb = "changed" if not is_check else "differs" if len(changed) == 1 else "differ"
        write_stderr(f"{total} deployments: {len(changed)} {verb}, {total - len(changed)} up to date")
    elif not changed:
        write_stderr(f"up to date: {[*unchanged, *(plan.directory for plan in plans)][0]}")


def print_leftovers(leftovers: Iterable[tuple[Path, Path]]) -> None:
    """Print a line on stderr for each directory whose rendered files are left over, with its config file."""
    for directory, config in leftovers:
        is_program = config.exists()
        origin = f"{config} defines no deployment for it" if is_program else f"its config file {config} is gone"
        remedy = "define it again" if is_program else "restore the config file"
        write_stderr(
            f"left over: {_prefix(directory)}: {origin}, but Flux still applies its files: to remove the registry, "
            f"delete the directory; to keep it, {remedy}"
        )


def print_diff(plans: Sequence[Plan], *, is_single: bool) -> None:
    """Print a unified diff, in color if stdout supports it; paths are as those of `print_changes`."""
    for plan in filter(lambda plan: plan.pending, plans):
        from registry_gitops.render import format_diff

        lines = format_diff(plan, "" if is_single else _prefix(plan.directory))
        write_stdout("".join(f"{line}\n" for line in colorize_diff(lines)))


def _list_changes(plan: Plan, prefix: str) -> Iterator[str]:
    """Yield a line for each change; one for all files of a directory to which the same is done."""
    actions = {change.action for change in plan.changes}
    if prefix and len(actions) == 1 and plan.pending:
        yield f"{plan.pending[0].action} {prefix} ({_count_files(len(plan.pending))})"
        return
    counts: Counter[tuple[str, str]] = Counter()
    for change in plan.pending:
        place, slash, _ = change.path.partition("/")
        counts[change.action, change.path if place == ".." else place + slash] += 1
    for (action, place), count in counts.items():
        shown = os.path.normpath(f"{prefix}{place}") if place.startswith("../") else f"{prefix}{place}"
        yield f"{action} {shown}" + (f" ({_count_files(count)})" if place.endswith("/") else "")


def _count_files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _prefix(directory: Path) -> str:
    return "" if directory == Path() else f"{os.path.normpath(directory)}/"
