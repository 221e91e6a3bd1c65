"""Read passwords. They are never options: those are visible in the list of processes and in the shell's history."""

from __future__ import annotations

import os
import sys
from typing import Final

from registry_gitops.cli.parsing import is_text
from registry_gitops.errors import InputError

VARIABLE: Final = "REGISTRY_GITOPS_PASSWORD"
"""Environment variable with the password of the user of a registry."""


def read_password_from_stdin() -> str:
    """Return the first line of stdin, without its end. Raises InputError if it cannot be read, or is no text."""
    if sys.stdin is None:
        raise InputError.single("stdin is closed: cannot read the password from it")
    try:
        line = sys.stdin.buffer.readline()
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except OSError as error:
        raise InputError.single(f"cannot read the password from stdin: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError.single("the password is not text in UTF-8") from None


def read_password_from_environment() -> str | None:
    """Return the password in the environment variable `VARIABLE`, or None. Raises InputError if it is no text."""
    password = os.environ.get(VARIABLE)
    if password is not None and not is_text(password):
        raise InputError.single(f"the password in {VARIABLE} is not text in UTF-8")
    return password
