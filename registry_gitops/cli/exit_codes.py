"""The exit codes of every command."""

from __future__ import annotations

from enum import IntEnum

from registry_gitops.errors import EditedError, InputError


class ExitCode(IntEnum):
    """The exit codes that scripts can rely on. Above 1, the work was not done."""

    OK = 0
    """Success."""

    FINDINGS = 1
    """A rule or a check found an error, a rendered file differs or was edited, or a deployment is not ready."""

    INPUT = 2
    """An option, the config file, or another file of the user's cannot be used."""

    UNREACHABLE = 3
    """The registry or the cluster is unreachable."""

    INTERNAL_ERROR = 70
    """A bug of registry-gitops (EX_SOFTWARE of sysexits.h)."""

    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as in shells."""

    READER_LEFT = 141
    """The reader of stdout left, as `head` does: 128 + SIGPIPE, as in shells."""


def input_error_code(error: InputError) -> ExitCode:
    """Return the exit code of an input error: files that were edited are findings."""
    return ExitCode.FINDINGS if isinstance(error, EditedError) else ExitCode.INPUT
