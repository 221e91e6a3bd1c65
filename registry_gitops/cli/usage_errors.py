"""Usage errors of Typer: without the credentials that they repeat, and lost if stderr cannot be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import typer
from typer.core import TyperGroup

from registry_gitops.masking import mask

# Typer exports no name for it.
_UsageError: Final[Any] = typer.BadParameter.__base__


class BrokenCommandError(Exception):
    """A command raised `error`, for which Typer would exit with 1, as if it were a finding."""

    def __init__(self, error: EOFError | BrokenPipeError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class MaskedGroup(TyperGroup):
    """The program. All usage errors pass through its two methods: its own, and those of its commands."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the arguments in front of the command. Raises a usage error of Typer."""
        with _masked():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises a usage error of Typer."""
        with _masked():
            return super().invoke(ctx)


@contextmanager
def _masked() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        # An argument too many may be a password: `htpasswd USER PASSWORD`.
        error.message = mask(re.sub(r"(extra argument\S*) \(.*\)", r"\1", error.message, flags=re.DOTALL))
        error.show = _without_failing(error.show)
        raise
    except (EOFError, BrokenPipeError) as error:
        raise BrokenCommandError(error) from None


def _without_failing(show: Callable[[], None]) -> Callable[[], None]:
    """Return `show`, which writes to stderr, without the error of a full disk: it would replace the exit code."""

    def shown() -> None:
        with suppress(OSError):
            show()

    return shown
