"""The way past Typer, for a command that is measured by its start.

Typer reads options with pydantic, whose import takes as long as all of the registry. What is written as most people
write it is read here, by the same declarations; anything else, help and mistakes first, is left to Typer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import typer
from typer.models import ArgumentInfo, OptionInfo

Command = Callable[..., None]


def read(command: Command, words: Sequence[str]) -> dict[str, Any] | None:
    """The arguments that Typer would call `command` with; None where it would do anything else, or might.

    Reads a command with one optional argument, whose options are flags or have one value.
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    declared = {name: get_args(parameter.annotation) for name, parameter in parameters.items()}
    names = {_spelt(name, info): name for name, (_, info) in declared.items()}
    given: dict[str, Any] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name = names.get(word if word.startswith("-") else "")
        if name is None or name in given:
            return None
        kind, info = declared[name]
        if kind is bool:
            given[name] = True
            continue
        text = left.pop(0) if word.startswith("-") and left else word
        try:
            given[name] = _value(kind, info, text)
        except (ValueError, typer.BadParameter):
            return None
    for name, parameter in parameters.items():
        if name not in given:
            default, (kind, info) = parameter.default, declared[name]
            given[name] = _value(kind, info, default) if isinstance(default, str) else default
    return given


def _spelt(name: str, info: ArgumentInfo | OptionInfo) -> str:
    """How an option is written; nothing for the argument, which has no name."""
    if isinstance(info, ArgumentInfo):
        return ""
    return info.param_decls[0] if info.param_decls else f"--{name.replace('_', '-')}"


def _value(kind: Any, info: ArgumentInfo | OptionInfo, text: str) -> object:
    """What `text` stands for. Raises ValueError or BadParameter where that is not plain."""
    if info.parser is not None:
        return info.parser(text)
    (plain,) = {*(get_args(kind) or [kind])} - {NoneType}
    if plain is int:
        number = int(text)
        if not ((info.min or number) <= number <= (info.max or number)):
            raise ValueError(text)
        return number
    if plain in (str, Path) or issubclass(plain, StrEnum):
        made: object = plain(text)
        return made
    raise ValueError(text)
