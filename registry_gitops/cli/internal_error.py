"""Report an internal error of registry-gitops, with its traceback on request."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Final

from registry_gitops.cli.streams import write_stderr
from registry_gitops.masking import mask
from registry_gitops.version import __version__

VARIABLE: Final = "REGISTRY_GITOPS_TRACEBACK"
"""Environment variable that requests tracebacks; any value but the empty one."""

_PACKAGE: Final = Path(__file__).parents[1]


def report_internal_error(error: Exception) -> None:
    """Write to stderr that `error` is a bug, and its traceback if `VARIABLE` is set: masked, and without variables."""
    if os.environ.get(VARIABLE):
        for line in mask("".join(traceback.format_exception(error))).splitlines():
            write_stderr(line)
        request = "please report it with the traceback above"
    else:
        # The message of the error is left out: nobody has looked at it for secrets.
        request = f"{_summary(error)}: set {VARIABLE}=1, run the command again, and report it with the traceback"
    write_stderr(f"error: internal error in registry-gitops {__version__}: {request}")


def _summary(error: Exception) -> str:
    """Return the type of the error and the last line of ours that it passed, for example KeyError at cli/x.py:12."""
    locations = [
        f" at {Path(frame.filename).relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    return f"{type(error).__name__}{''.join(locations[-1:])}"
