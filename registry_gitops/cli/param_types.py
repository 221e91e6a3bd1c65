"""Durations and sizes on the command line, in the grammar of the config file."""

from __future__ import annotations

import typer

from registry_gitops.masking import quote

# The functions import the parsers themselves: every command imports this module, also for --help.


def parse_duration_option(text: str) -> float:
    """Return the seconds of a duration such as 90s or 1h30m. Raises typer.BadParameter."""
    from registry_gitops.amounts import parse_duration

    try:
        return float(parse_duration(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def parse_period_option(text: str) -> float:
    """Return the seconds of a duration of at least 1ms: the timeout of a request, or the time between two runs.

    Raises typer.BadParameter.
    """
    seconds = parse_duration_option(text)
    if seconds < 0.001:
        raise typer.BadParameter(f"{quote(text)} is too short: write at least 1ms")
    return seconds


def parse_size_option(text: str) -> int:
    """Return the bytes of a size such as 512Ki, 4M, or 1Gi, 1 or more. Raises typer.BadParameter."""
    from registry_gitops.amounts import parse_quantity

    try:
        amount = parse_quantity(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if amount <= 0 or amount != int(amount):
        raise typer.BadParameter(
            f"{quote(text)} is not a whole number of bytes above 0: write a size such as 512Ki or 4Mi"
        )
    return int(amount)
