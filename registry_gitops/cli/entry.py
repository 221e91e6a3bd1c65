"""The entry point: the one function that turns errors into messages and exit codes."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence
from typing import Final

from registry_gitops.cli import streams
from registry_gitops.cli.exit_codes import ExitCode, input_error_code
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding

_CHECK: Final = "--check"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (default: those of the process), and return its exit code."""
    streams.set_up_streams()
    # A command lives for a third of a second. The collector would take a third of that: while models are imported, and
    # once more at the end, when the interpreter looks through all that is about to go anyway.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except InputError as error:
        for finding in error.findings:
            streams.write_stderr(_line(finding))
        return input_error_code(error)
    except KeyboardInterrupt:
        streams.write_stderr("interrupted")
        return ExitCode.INTERRUPTED
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else ExitCode.OK
        if code == ExitCode.INTERRUPTED:
            streams.write_stderr("interrupted")
        return code
    except Exception as error:
        # OSError too: whoever opens a file of the user's raises InputError for it. Imported here, as it is rarely used.
        from registry_gitops.cli.internal_error import report_internal_error

        report_internal_error(error)
        return ExitCode.INTERNAL_ERROR
    finally:
        gc.enable()


def _run(arguments: Sequence[str]) -> int:
    if _is_plain_validation(arguments):
        # Typer, and pydantic, which it imports, take twice as long as this command on a few files (decision 0004).
        from registry_gitops.cli.validation_run import run_validation

        return run_validation(arguments[1:])
    if _is_plain_render(arguments):
        # The same is true of a thousand config files of which none changed.
        from registry_gitops.cli.render_run import run_plain_render

        return run_plain_render([path for path in arguments[1:] if path != _CHECK], check=_CHECK in arguments)
    from registry_gitops.cli.app import run

    return run(arguments)


def _is_plain_validation(arguments: Sequence[str]) -> bool:
    """Return whether this is `validate` with nothing but paths, which Typer would leave as they are."""
    command, *paths = arguments or [""]
    return command == "validate" and all(path == "-" or _is_path(path) for path in paths)


def _is_plain_render(arguments: Sequence[str]) -> bool:
    """Return whether this is `render` with nothing but paths and `--check`."""
    command, *paths = arguments or [""]
    return command == "render" and all(path == _CHECK or _is_path(path) for path in paths)


def _is_path(argument: str) -> bool:
    return bool(argument) and not argument.startswith("-")


def _line(finding: Finding) -> str:
    return str(finding) if finding.location.file else f"error: {finding}"
