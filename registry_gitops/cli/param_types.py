"""Durations and sizes on the command line, in the grammar of the config file."""

from __future__ import annotations

import typer

# Both functions import the parsers themselves: every command imports this module, also for --help.


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as 90s or 1h30m. Raises typer.BadParameter."""
    from registry_gitops.amounts import parse_duration as parse

    try:
        return float(parse(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def parse_positive_duration(text: str) -> float:
    """Return the seconds of a duration above 0. Raises typer.BadParameter."""
    seconds = parse_duration(text)
    if not seconds:
        raise typer.BadParameter(f'"{text}" is no time: write a duration above 0, such as 30s or 5m')
    return seconds


def parse_size(text: str) -> int:
    """Return the bytes of a size such as 512Ki, 4M, or 1Gi, 1 or more. Raises typer.BadParameter."""
    from registry_gitops.amounts import parse_quantity

    try:
        amount = parse_quantity(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if amount <= 0 or amount != int(amount):
        raise typer.BadParameter(f'"{text}" is not a whole number of bytes above 0: write a size such as 512Ki or 4Mi')
    return int(amount)
