"""What the report of `smoke` says of its run: the registry, the config file, and the command to run again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from registry_gitops.masking import mask

if TYPE_CHECKING:
    from registry_gitops.cli.smoke_target import TestedRegistry
    from registry_gitops.report import Report
    from registry_gitops.smoke import Expectations

_MAX_CHECKS: Final = 8
"""With more failed checks, the command runs all of them again."""
_REPORTS: Final = ("-o", "--output")
_CHECK: Final = ("--check",)


def describe_run(
    report: Report, registry: TestedRegistry, expectations: Expectations, level: str, arguments: Sequence[str]
) -> Report:
    """Return the report with its subject, level, and config file, what it proves, and the command to run again.

    `level` is "" for a run of single checks, which proves nothing of the promises.
    """
    from registry_gitops.deployment import read_revision
    from registry_gitops.smoke import describe_coverage

    endpoint, config = registry.target.endpoint, registry.config
    coverage = describe_coverage(report, expectations) if level else ""
    failed = [check.id for check in report.checks if check.is_failure]
    if any(map(report.failure_behind, report.reasons())):
        failed = []  # The checks that were skipped because of it have to run, too.
    return report.model_copy(
        update={
            # The port of a port-forward means nothing later.
            "subject": report.subject if isinstance(endpoint, str) else str(endpoint),
            "level": level,
            "config": str(config or ""),
            "revision": read_revision(config) if config else "",
            "command": format_command(arguments, failed),
            "notes": tuple(filter(None, (coverage, *report.notes))),
        }
    )


def format_command(arguments: Sequence[str], failed: Sequence[str]) -> str:
    """Return the command line that runs the failed checks again, or the same checks if none failed, or many did.

    It writes no files, and holds no credentials.
    """
    words = list(_without(arguments, _REPORTS))
    if 0 < len(failed) <= _MAX_CHECKS:
        words = [*_without(words, _CHECK), *(word for name in failed for word in ("--check", name))]
    return mask(shlex.join(["registry-gitops", "smoke", *words]))


def _without(arguments: Iterable[str], options: Sequence[str]) -> Iterator[str]:
    """Yield the arguments without these options and their values: `-o X`, `-oX`, `--output X`, and `--output=X`."""
    words = iter(arguments)
    for word in words:
        if word in options:
            next(words, None)
        elif not any(word.startswith(f"{name}=" if name.startswith("--") else name) for name in options):
            yield word
