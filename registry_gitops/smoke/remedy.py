"""Remedies that ask to set chart values, and what to say if the description has them so already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry_gitops.smoke.expectations import Expectations

Wanted = Callable[[object], bool]
"""Whether a value is as it should be; None is a key that is not set."""


@dataclass(frozen=True)
class Remedy:
    """What to change. A word in backquotes with a dot in it is a value of the chart."""

    text: str
    sets: Mapping[str, object | Wanted] = field(default_factory=dict, hash=False)
    """The chart values that the text asks to set, by their dotted keys."""
    otherwise: str = ""
    """What to look at instead if the description has them so already; "" for the usual causes."""
    is_choice: bool = False
    """Whether one of `sets` is enough, not all of them."""

    def __str__(self) -> str:
        return self.text

    def advise(self, expectations: Expectations) -> str:
        """Return the text, or what to look at instead if the description already has what the text asks to set."""
        if not expectations.settings:
            return self.text
        so = [key for key, value in self.sets.items() if _is_so(expectations.settings.get(key), value)]
        if not so:
            return self.text
        are = "are already as they should be" if len(so) > 1 else "is already as it should be"
        seen = f"In {expectations.source}, {' and '.join(f'`{key}`' for key in so)} {are}."
        left = [key for key in self.sets if key not in so]
        if left and not self.is_choice:
            return f"{seen} Left to change: {', '.join(f'`{key}`' for key in left)}. {self.otherwise}".rstrip()
        return f"{seen} {self.otherwise or USUAL_CAUSES}"


USUAL_CAUSES: Final = (
    "So what responds is not what the config file describes: Flux has not applied the commit yet, an old Pod still "
    "runs, a Secret is not mounted, the image is registry 2, or another registry is behind this address. "
    "`registry-gitops status` tells which."
)


def is_set(value: object) -> bool:
    """Return whether a value is there, such as the name of a Secret."""
    return bool(value)


def is_unset(value: object) -> bool:
    """Return whether a value is not there, or switched off."""
    return not value


def is_private(address: object) -> bool:
    """Return whether a server listens on loopback only, or, without an address, not at all."""
    return not address or str(address).startswith(("127.", "localhost:", "[::1]:"))


def at_least(version: str) -> Wanted:
    """Return whether a tag is this version or a newer one; other tags, such as `latest`, are not known to be."""
    wanted = tuple(map(int, version.split(".")))

    def is_newer(tag: object) -> bool:
        numbers = str(tag).partition("-")[0].split(".")
        if not all(number.isdigit() for number in numbers):
            return False
        # `3` is the newest 3.x.
        return tuple(map(int, numbers)) >= wanted[: len(numbers)]

    return is_newer


def _is_so(value: object, wanted: object | Wanted) -> bool:
    return bool(wanted(value)) if callable(wanted) else value == wanted
