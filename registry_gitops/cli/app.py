"""The program: its options, and the table of its commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from registry_gitops.cli import streams
from registry_gitops.cli.commands import COMMAND_GROUPS, COMMANDS
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.parsing import Command, Group
from registry_gitops.cli.usage_errors import BrokenCommandError
from registry_gitops.version import __version__


def _new_group() -> typer.Typer:
    # Plain help and plain tracebacks: importing rich takes longer than most commands run, and Typer's pretty traceback
    # shows the values of variables, which can be passwords.
    return typer.Typer(
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


app = _new_group()


def _version(wanted: bool) -> None:
    if wanted:
        streams.write_stdout(f"registry-gitops {__version__}\n")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Deploy a private container registry with Flux, and test it.

    Exit codes: 0 success, 1 findings or differences, 2 wrong usage or input, 3 registry or cluster unreachable, 70
    internal error.
    """


def _add_commands() -> None:
    for command in COMMANDS:
        app.command(cls=Command)(command)
    for name, (help_, commands) in COMMAND_GROUPS.items():
        group = _new_group()
        for subcommand in commands:
            group.command(cls=Command)(subcommand)
        app.add_typer(group, name=name, help=help_)


_add_commands()


def run(arguments: Sequence[str] | None) -> int:
    """Run the command in `arguments` (default: those of the process), and return its exit code."""
    try:
        app(arguments, prog_name="registry-gitops")
    except typer.Exit as end:
        return end.exit_code
    except BrokenCommandError as broken:
        raise broken.error from None
    return ExitCode.OK
