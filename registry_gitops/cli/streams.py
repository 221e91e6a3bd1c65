"""Write data to stdout and messages to stderr, in color on terminals that support it."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn, TextIO

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.errors import InputError

_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_BOLD = "\x1b[1m"
_END = "\x1b[0m"


def set_up_streams() -> None:
    """Write the same bytes to stdout in every locale; file names that are not UTF-8 come out as they went in.

    Messages on stderr never fail: what the locale cannot encode is escaped. If stderr is closed, they are lost. If
    stdout is closed, writing to it fails: Typer would write its help to no stream, and report success.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


def write_stdout(text: str) -> None:
    """Write data to stdout and flush it, so that a failure is noticed here. Raises what `end_output` does."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        end_output(error)


def end_output(error: OSError) -> NoReturn:
    """Give up stdout after a write failed: quietly if its reader left, as `head` does, else with an InputError."""
    # Discard what is still in the buffer: the interpreter flushes it when it ends, which would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise SystemExit(ExitCode.READER_LEFT) from None
    reason = "stdout is closed, or not open for writing" if error.errno == errno.EBADF else error.strerror
    raise InputError.single(f"cannot write the output: {reason}") from None


def write_stderr(line: str) -> None:
    """Write one line to stderr: it can quote a file.

    If stderr cannot be written, the line is lost, and the exit code remains.
    """
    with contextlib.suppress(OSError):
        print(on_one_line(line), file=sys.stderr, flush=True)


def on_one_line(text: str) -> str:
    """Return a text with line breaks and control characters as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def colorize_diff(diff: Iterable[str]) -> Iterator[str]:
    """Return the lines of a unified diff, in color if stdout supports it."""
    if not supports_color(sys.stdout):
        yield from diff
        return
    for line in diff:
        color = _BOLD if line.startswith(("--- ", "+++ ")) else _COLORS.get(line[:1], "")
        yield f"{color}{line}{_END}"


def supports_color(stream: TextIO | None) -> bool:
    """Return whether `stream` is a terminal that can show colors, and NO_COLOR (no-color.org) is not set."""
    return (
        stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    )
