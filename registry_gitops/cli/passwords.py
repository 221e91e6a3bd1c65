"""Passwords, which are never options: they would stand in the list of processes and in the history of the shell."""

from __future__ import annotations

import os
import sys
from typing import Final

from registry_gitops.errors import InputError

VARIABLE: Final = "REGISTRY_GITOPS_PASSWORD"
"""Environment variable with the password of the user of a registry."""


def from_stdin() -> str:
    """The first line of stdin, without its end. Raises InputError where it is no text."""
    line = sys.stdin.buffer.readline()
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise InputError.of("the password is not text in UTF-8") from None


def from_environment() -> str | None:
    """The password in the environment variable `VARIABLE`, if there is one."""
    return os.environ.get(VARIABLE)
