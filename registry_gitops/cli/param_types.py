"""Amounts as one types them: durations such as 90s, 30m or 1h, and sizes such as 4Mi."""

from __future__ import annotations

import re
from typing import Final

import typer

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES: Final = {"": 1, "Ki": 1 << 10, "Mi": 1 << 20}


def seconds(text: str) -> float:
    """The seconds that a duration is. Raises typer.BadParameter."""
    match = re.fullmatch(r"(\d{1,9})([smhd])", text, re.ASCII)
    if match is None:
        raise typer.BadParameter(f'"{text}" is not a duration: write a number and a unit, such as 90s, 30m, 1h or 7d')
    return float(match[1]) * _SECONDS[match[2]]


def size(text: str) -> int:
    """The bytes that a size is. Raises typer.BadParameter."""
    match = re.fullmatch(r"(\d{1,9})(Ki|Mi|)", text, re.ASCII)
    if match is None or not int(match[1]):
        raise typer.BadParameter(f'"{text}" is not a size: write bytes, or a number and a unit, such as 512Ki or 4Mi')
    return int(match[1]) * _BYTES[match[2]]
