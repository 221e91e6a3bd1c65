"""What goes to stdout (data) and to stderr (all that is said about it), and when either is coloured."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

import typer

from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.errors import InputError

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def set_up() -> None:
    """Make stdout the same bytes in every locale; names of files that are not UTF-8 come out as they went in."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")


def out(text: str) -> None:
    """Write data to stdout, now, so that a failure is noticed here. A reader that has left ends the program quietly."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise typer.Exit(ExitCode.READER_LEFT) from None
        raise InputError.of(f"the output cannot be written: {error.strerror}") from None


def say(line: str) -> None:
    """Write one line to stderr. It may quote a file: line breaks and control characters are written as escapes."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
    print(shown, file=sys.stderr, flush=True)


def coloured(diff: Iterable[str]) -> Iterator[str]:
    """The lines of a unified diff, in colours if stdout is a terminal that wants them."""
    if not wants_colour(sys.stdout):
        yield from diff
        return
    for line in diff:
        if line.startswith(("--- ", "+++ ")):
            yield typer.style(line, bold=True)
        else:
            yield typer.style(line, fg=_COLOURS.get(line[:1]))


def wants_colour(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that can show colours, and nobody asked for none (no-color.org)."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
