"""Read passwords. They are never options: those are visible in the list of processes and in the shell's history."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from getpass import getpass
from typing import Final

import typer

from registry_gitops.cli.parsing import is_text
from registry_gitops.errors import InputError

VARIABLE: Final = "REGISTRY_GITOPS_PASSWORD"
"""Environment variable with the password of the user of a registry."""


def read_password_from_stdin() -> str:
    """Return the first line of stdin, without its end. Raises InputError if it cannot be read, or is no text."""
    return read_lines_from_stdin(("password",))[0]


def read_lines_from_stdin(names: Sequence[str]) -> list[str]:
    """Return a line of stdin for each name, without its end. A line that is missing is "".

    Raises InputError if one cannot be read, or is no text.
    """
    if sys.stdin is None:
        raise InputError.single(f"stdin is closed: cannot read the {names[0]} from it")
    found = []
    for name in names:
        try:
            line = sys.stdin.buffer.readline()
        except OSError as error:
            raise InputError.single(f"cannot read the {name} from stdin: {error.strerror}") from None
        found.append(_decode(line.removesuffix(b"\n").removesuffix(b"\r"), name))
    return found


def read_file_from_stdin(name: str) -> str:
    """Return all of stdin. Raises InputError if it cannot be read, or is no text."""
    if sys.stdin is None:
        raise InputError.single(f"stdin is closed: cannot read the {name} from it")
    try:
        return _decode(sys.stdin.buffer.read(), name)
    except OSError as error:
        raise InputError.single(f"cannot read the {name} from stdin: {error.strerror}") from None


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InputError.single(f"the {name} is not text in UTF-8") from None


def refuse_incomplete_login(
    username: str | None, password: str | None, *, from_stdin: bool, other_user: str | None = None
) -> None:
    """Raise typer.BadParameter for a user without a password, and for a password on stdin without a user.

    `other_user` is the user to log in as without --username.
    """
    if from_stdin and not (username or other_user):
        raise typer.BadParameter("no user to log in as: add --username USER", param_hint="--password-stdin")
    if username and password is None:
        raise typer.BadParameter(f"needs a password: set {VARIABLE}, or pass --password-stdin", param_hint="--username")


def prompt_password(name: str, prompt: str, *, option: str, is_repeated: bool = False) -> str:
    """Return what is typed at the terminal, without an echo. Raises InputError if there is no terminal.

    `option` is the option by which `name` is read from stdin instead; `is_repeated` asks twice.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError.single(f"cannot prompt for the {name} without a terminal: pipe it in, with {option}")
    try:
        password = getpass(prompt)
        again = getpass("Again: ") if is_repeated else password
    except EOFError:
        raise InputError.single(f"no {name} was given") from None
    if password != again:
        raise InputError.single(f"the two {name}s differ: try again")
    return password


def read_password_from_environment() -> str | None:
    """Return the password in the environment variable `VARIABLE`, or None. Raises InputError if it is no text."""
    password = os.environ.get(VARIABLE)
    if password is not None and not is_text(password):
        raise InputError.single(f"the password in {VARIABLE} is not text in UTF-8")
    return password
