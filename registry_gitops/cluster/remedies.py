"""What to do about what a cluster says: tables of its words and of remedies."""

from __future__ import annotations

from collections.abc import Mapping


def remedy(said: str, remedies: Mapping[str, str], otherwise: str = "") -> str:
    """The first of `remedies` whose words are in what was said; `otherwise` where none are."""
    return next((each for words, each in remedies.items() if words in said), otherwise)
