"""registry-gitops render: the folder of a GitOps repository, from a description."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.config_file import default, read
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.streams import coloured, out, say
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.render import Plan


def render(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="CONFIG",
            help="The description: YAML, or a program (.py) that defines `deployment`.",
            show_default=" or ".join(CONFIG_FILES),
        ),
    ] = None,
    output_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write to.", show_default="that of CONFIG")
    ] = None,
    stdout: Annotated[
        bool, typer.Option("--stdout", help="Print the objects as one YAML stream; write nothing.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="List what differs in the folder, and exit 1 if anything does; write nothing."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Print what differs as a unified diff, and exit as --check does; write nothing."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Discard edits that were made by hand in rendered files.")
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Accept what a rule finds, such as plaintext-password for a throw-away cluster. Can be given again.",
        ),
    ] = None,
) -> None:
    """Write the folder that Flux applies: manifests, README, chart.

    Prints what it changes. Files that it did not write are never touched, and files edited by hand are kept.
    """
    _refuse_together(stdout, check or diff, force, output_dir)
    from registry_gitops.render import diff as difference
    from registry_gitops.render import plan, stream, write

    path = config or default()
    deployment = read(path)
    folder = output_dir or path.parent
    _stop_on_findings(deployment, path, None if stdout else folder, allow or ())
    tree = _rendered(deployment, path)
    if stdout:
        out(stream(tree))
    elif check or diff:
        found = plan(tree, folder)
        if check:
            _list(found)
        if diff:
            out("".join(f"{line}\n" for line in coloured(difference(found))))
        raise typer.Exit(ExitCode.FINDINGS if found.pending else ExitCode.OK)
    else:
        _list(write(tree, folder, force=force))


def _refuse_together(stdout: bool, compares: bool, force: bool, output_dir: Path | None) -> None:
    if stdout and (compares or force or output_dir):
        raise typer.BadParameter("writes to no folder: leave out the options about one", param_hint="--stdout")
    if force and compares:
        raise typer.BadParameter("--check and --diff write nothing that could be forced", param_hint="--force")


def _rendered(deployment: RegistryDeployment, path: Path) -> dict[str, str]:
    from pydantic import ValidationError

    from registry_gitops.deployment.problems import problems
    from registry_gitops.render import render as tree_of

    try:
        return tree_of(deployment)
    except ValidationError as error:  # keys that are right by themselves, but not together in one object
        raise InputError(problems(error, str(path))) from None


def _stop_on_findings(deployment: RegistryDeployment, path: Path, folder: Path | None, allowed: Sequence[str]) -> None:
    from registry_gitops.render import path_in_repository
    from registry_gitops.rules import RULES, SOURCE_PATH, Severity, lint, misplaced

    known = [*(rule.id for rule in RULES), SOURCE_PATH]
    for rule in allowed:
        if rule not in known:
            raise typer.BadParameter(f"no rule is called {rule}: known are {', '.join(known)}", param_hint="--allow")
    place = path_in_repository(folder) if folder else None
    findings = [*lint(deployment), *(misplaced(deployment, place) if place else ())]
    left = [finding for finding in findings if finding.id not in allowed]
    for finding in left:
        say(f"{path}: {finding}")
    if any(finding.severity is Severity.ERROR for finding in left):
        raise typer.Exit(ExitCode.FINDINGS)


def _list(plan: Plan) -> None:
    # The files of the chart come and go together: one line for all of a folder to which the same is done.
    counts: Counter[tuple[str, str]] = Counter()
    for change in plan.pending:
        place, slash, _ = change.path.partition("/")
        counts[change.action, place + slash] += 1
    files = {key: f" ({count} files)" if key[1].endswith("/") else "" for key, count in counts.items()}
    out("".join(f"{action} {place}{note}\n" for (action, place), note in files.items()))
    if not plan.pending:
        say(f"up to date: {plan.folder}")
