"""The calls behind `registry-gitops render`: a deployment is checked in full before a file is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.findings import Finding
from registry_gitops.render.comparison import Plan, Tree, plan_changes
from registry_gitops.render.directory import write_plan
from registry_gitops.render.named_paths import ChartReader, read_output_directory
from registry_gitops.render.tree import render
from registry_gitops.render.vendored_chart import read_shared_chart
from registry_gitops.rules import FindingsError, OutputDirectory, lint, parse_rule_ids


def deploy(
    deployment: RegistryDeployment, directory: Path | str, *, allow: Iterable[str] = (), force: bool = False
) -> Plan:
    """Check `deployment`, then make `directory` hold its manifests, README, and chart. Return what was changed.

    Everything that `registry-gitops render` refuses is refused, with nothing written:

    - InputError, with the key of each problem, for a deployment that is not valid, also if it went round the validators
      by `model_copy(update=...)` or `model_construct`; for an unknown id in `allow`; for a file that registry-gitops
      did not write; and for a directory that cannot be read or written.
    - FindingsError, an InputError that holds the findings, if a rule finds an error and its id is not in `allow`
      (docs/rules.md). Warnings do not stop it; `check_deployment` returns them.
    - EditedError, an InputError too, for a file that was edited after rendering, unless `force` overwrites it.
    """
    findings, todo = check_deployment(deployment, directory, allow=allow)
    if any(finding.is_error for finding in findings):
        raise FindingsError(findings)
    return write_plan(todo, force=force)


def check_deployment(
    deployment: RegistryDeployment, directory: Path | str, *, allow: Iterable[str] = ()
) -> tuple[tuple[Finding, ...], Plan]:
    """Return the findings of all rules except `allow`, and what `deploy` would change in `directory`. Writes nothing.

    Raises InputError as `deploy` does for a deployment that is not valid, an unknown id, and an unreadable directory.
    """
    allowed, valid = _validate(deployment, allow)
    return check_loaded(valid, directory, allow=allowed)


def check_loaded(
    deployment: RegistryDeployment,
    directory: Path | str,
    read_chart: ChartReader = read_shared_chart,
    *,
    allow: Iterable[str] = (),
) -> tuple[tuple[Finding, ...], Plan]:
    """Do what `check_deployment` does for a deployment that `load` returned, which needs no second validation."""
    plan = plan_changes(render(deployment), directory)
    # What is the same as before cannot lose what was there.
    known = read_output_directory(deployment, directory, read_chart, reads_earlier=bool(plan.pending))
    return lint(deployment, known, allow=allow), plan


def render_checked(
    deployment: RegistryDeployment, directory: OutputDirectory | None = None, *, allow: Iterable[str] = ()
) -> tuple[tuple[Finding, ...], Tree]:
    """Validate `deployment` anew, and return what the rules find, and its rendered files as path -> text. Pure.

    Raises InputError for a deployment that is not valid, and for an unknown id in `allow`.
    """
    allowed, valid = _validate(deployment, allow)
    return lint(valid, directory, allow=allowed), render(valid)


def _validate(deployment: RegistryDeployment, allow: Iterable[str]) -> tuple[frozenset[str], RegistryDeployment]:
    if not isinstance(deployment, RegistryDeployment):
        raise TypeError(f"not a RegistryDeployment but {type(deployment).__name__}: read a config file with load()")
    return parse_rule_ids(allow), deployment.revalidated()
