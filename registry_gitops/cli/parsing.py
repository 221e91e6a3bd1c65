"""Parse arguments as Typer does, except that a forgotten value is an error, and that messages are plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer.core import TyperCommand

from registry_gitops.cli import streams
from registry_gitops.cli.usage_errors import MaskedGroup
from registry_gitops.errors import InputError

_OPTION: Final = re.compile("-[^0-9]")
"""How an option begins. A negative number is left to the type of the value, which says what is wrong with it."""

ARGUMENTS: Final = "registry_gitops.arguments"
"""Key of `typer.Context.meta` with the arguments of the command, as they were written."""


class _Parser:
    """Override one method of a Typer command or group."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `args` into the parameters of `ctx`.

        Raises a usage error of Typer, and InputError if a requested help or completion cannot be written.
        """
        try:
            rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        except typer.BadParameter as error:
            # Typer validates with pydantic, which writes this before each message of a ValueError.
            error.message = error.message.removeprefix("Value error, ")
            raise
        except OSError as error:
            if error.filename:  # A file of the shell's, for --install-completion.
                raise InputError.single(f"cannot be written: {error.strerror}", error.filename) from None
            streams.end_output(error)
        return rest


class Command(_Parser, TyperCommand):
    """One command of the program."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As above. Also raises typer.BadParameter if a value is missing, empty, or no text."""
        if not ctx.resilient_parsing:  # Set while a shell completes a line that is not finished.
            _refuse_missing_values(ctx, args)
        ctx.meta[ARGUMENTS] = tuple(args)
        rest = super().parse_args(ctx, args)
        _refuse_bytes(ctx)
        return rest


class Group(_Parser, MaskedGroup):
    """The program itself, or a command, with its commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands: those with commands of their own last."""
        return sorted(super().list_commands(ctx), key=lambda name: isinstance(self.commands[name], Group))


def whole_number_parser(least: int, most: int = 10**6) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`, which raises typer.BadParameter for anything else."""

    def parse(text: str) -> int:
        if re.fullmatch("[0-9]{1,9}", text) is None or not least <= int(text) <= most:
            raise typer.BadParameter(f'"{text}" is not a whole number from {least} to {most}')
        return int(text)

    return parse


def _refuse_missing_values(ctx: Any, args: Sequence[str]) -> None:
    """Raise typer.BadParameter if a value is empty, as that of an unset variable, or if an option would become one."""
    with_value = {name: param for param in ctx.command.params for name in param.opts if _takes_value(param)}
    words = iter(args)
    for word in words:
        if word == "--":
            break
        name, is_joined, joined = word.partition("=")
        if name not in with_value:
            continue
        param = with_value[name]
        value = joined if is_joined else next(words, None)
        if value == "":
            raise typer.BadParameter("the value is empty: write one, or leave out the option", ctx=ctx, param=param)
        if value and not is_joined and _OPTION.match(value):
            message = f'no value given: an option follows (write {param.opts[0]}=VALUE if VALUE begins with "-")'
            raise typer.BadParameter(message, ctx=ctx, param=param)
    if "" in args:
        raise typer.BadParameter("an argument is empty: write one, or leave it out", ctx=ctx)


def _refuse_bytes(ctx: Any) -> None:
    """Raise typer.BadParameter for a text that is not UTF-8. The path of a file can be any bytes."""
    for param in ctx.command.params:
        value = ctx.params.get(param.name)
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and not is_text(text):
                raise typer.BadParameter("not text in UTF-8", ctx=ctx, param=param)


def is_text(argument: str) -> bool:
    """Return whether an argument or an environment variable was UTF-8: Python has half surrogates for the rest."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _takes_value(param: Any) -> bool:
    return param.param_type_name == "option" and not param.is_flag
