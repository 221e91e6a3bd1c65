"""The program: the table of its commands, and the one place where errors become lines on stderr and an exit code."""

from __future__ import annotations

import atexit
import gc
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from registry_gitops.cli import streams
from registry_gitops.cli.commands.explain import explain
from registry_gitops.cli.commands.gc import gc as collect_garbage
from registry_gitops.cli.commands.htpasswd import htpasswd
from registry_gitops.cli.commands.init import init
from registry_gitops.cli.commands.render import render
from registry_gitops.cli.commands.schema import schema
from registry_gitops.cli.commands.serve import serve
from registry_gitops.cli.commands.smoke import smoke
from registry_gitops.cli.commands.status import status
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.parsing import Command, Group
from registry_gitops.errors import EditedError, InputError, Problem
from registry_gitops.version import __version__

COMMANDS = (init, render, explain, schema, htpasswd, serve, collect_garbage, smoke, status)
"""The commands, in the order of the help."""

# Plain help and plain tracebacks: rich takes longer to import than most commands to run, and typer's pretty traceback
# shows the values of variables, which may be passwords.
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
    """A private container registry on Kubernetes, from a typed description to a folder that Flux applies.

    Exit codes: 0 done, 1 findings or differences, 2 wrong usage or input, 3 out of reach.
    """


for command in COMMANDS:
    app.command(cls=Command)(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: those of the process) name, and return the exit code."""
    streams.set_up()
    # A command lives for a third of a second. The collector would take a third of that: while models are imported, and
    # once more at the end, when the interpreter looks through all that is about to go anyway.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        return _run(arguments)
    except InputError as error:
        for problem in error.problems:
            streams.write_stderr(_line(problem))
        return ExitCode.FINDINGS if isinstance(error, EditedError) else ExitCode.INPUT
    except OSError as error:
        streams.write_stderr(_line(Problem(error.strerror or str(error), error.filename and str(error.filename))))
        return ExitCode.INPUT
    except Exception:
        traceback.print_exc()
        streams.write_stderr(f"error: this is a mistake in registry-gitops {__version__}: please report it")
        return ExitCode.BUG
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


def _line(problem: Problem) -> str:
    return str(problem) if problem.file else f"error: {problem}"
