"""The program: the table of its commands, and the one function that turns errors into messages and exit codes."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence
from typing import Annotated

import typer

from registry_gitops.cli import streams
from registry_gitops.cli.commands import COMMANDS
from registry_gitops.cli.exit_codes import ExitCode, input_error_code
from registry_gitops.cli.parsing import Command, Group
from registry_gitops.cli.usage_errors import BrokenCommandError
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.version import __version__

# Plain help and plain tracebacks: importing rich takes longer than most commands run, and Typer's pretty traceback
# shows the values of variables, which can be passwords.
app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


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


for command in COMMANDS:
    app.command(cls=Command)(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (default: those of the process), and return its exit code."""
    streams.set_up_streams()
    # A command lives for a third of a second. The collector would take a third of that: while models are imported, and
    # once more at the end, when the interpreter looks through all that is about to go anyway.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        return _run(arguments)
    except InputError as error:
        for finding in error.findings:
            streams.write_stderr(_line(finding))
        return input_error_code(error)
    except Exception as error:
        # OSError too: whoever opens a file of the user's raises InputError for it. Imported here, as it is rarely used.
        from registry_gitops.cli.internal_error import report_internal_error

        report_internal_error(error.error if isinstance(error, BrokenCommandError) else error)
        return ExitCode.INTERNAL_ERROR
    finally:
        gc.enable()


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(arguments, prog_name="registry-gitops")
    except typer.Exit as end:
        return end.exit_code
    except KeyboardInterrupt:
        streams.write_stderr("interrupted")
        return ExitCode.INTERRUPTED
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else ExitCode.OK
        if code == ExitCode.INTERRUPTED:
            streams.write_stderr("interrupted")
        return code
    return ExitCode.OK


def _line(finding: Finding) -> str:
    return str(finding) if finding.location.file else f"error: {finding}"
