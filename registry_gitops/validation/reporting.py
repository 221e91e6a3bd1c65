"""The report of a validation: what `registry-gitops validate -o` writes, and `validate` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING

from registry_gitops.findings import Severity
from registry_gitops.rules import RULES
from registry_gitops.validation.engine import examine
from registry_gitops.validation.examination import Examination
from registry_gitops.validation.validation_options import KUBERNETES_VERSIONS, ValidationOptions
from registry_gitops.version import __version__

if TYPE_CHECKING:
    from registry_gitops.report import CheckResult, Report
    from registry_gitops.rules import Rule


def validate(
    paths: Sequence[str | PathLike[str]],
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    kubernetes_version: str = KUBERNETES_VERSIONS[-1],
    schemas: Sequence[str | PathLike[str]] = (),
    charts: Mapping[str, str | PathLike[str]] | None = None,
    jobs: int = 0,
) -> Report:
    """Check files and directories as `registry-gitops validate` does, and return the report.

    The arguments are fields of `ValidationOptions`. Raises InputError for a path, rule, or schema that cannot be used.
    """
    options = ValidationOptions(
        only=frozenset(only),
        skip=frozenset(skip),
        kubernetes_version=kubernetes_version,
        schemas=tuple(fspath(path) for path in schemas),
        charts={name: fspath(path) for name, path in (charts or {}).items()},
        jobs=jobs,
    )
    started = datetime.now(UTC)
    names = [fspath(path) for path in paths]
    return build_report(examine(names, options), names, options, started)


def build_report(
    examination: Examination,
    paths: Sequence[str],
    options: ValidationOptions,
    started: datetime,
    *,
    fail_on: Severity = Severity.ERROR,
) -> Report:
    """Return the report of a run that began at `started`. `fail_on` is the least severity that fails a rule's check."""
    # Imported here, because most runs find nothing: it takes 100 ms.
    from registry_gitops.report import Report

    failed = {each.id for each in examination.findings if each.is_error or fail_on is Severity.WARNING}
    return Report(
        tool="registry-gitops validate",
        version=__version__,
        subject=", ".join(paths),
        started=started,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        checks=tuple(
            _check(rule, is_failed=rule.id in failed, looked_at_config=examination.config_files > 0)
            for rule in RULES
            if options.reports(rule.id)
        ),
        findings=examination.findings,
        notes=examination.notes,
    )


def _check(rule: Rule, *, is_failed: bool, looked_at_config: bool) -> CheckResult:
    from registry_gitops.report import CheckResult, Outcome, Requirement

    # Without a message, which is a line per rule in some formats. A HelmRelease of our chart is looked at too, but how
    # many there are is not counted.
    is_skipped = not (is_failed or looked_at_config or rule.looks_at_manifests)
    outcome = Outcome.FAILED if is_failed else Outcome.SKIPPED if is_skipped else Outcome.PASSED
    return CheckResult(
        id=rule.id,
        title=rule.title,
        outcome=outcome,
        explanation=rule.page if is_failed else "",
        requirement=Requirement.REQUIRED if rule.severity is Severity.ERROR else Requirement.RECOMMENDED,
    )
