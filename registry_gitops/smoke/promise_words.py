"""Words for promises, for where there is no description: `login,no-delete`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.errors import InputError
from registry_gitops.smoke.expectations import Expectations

PROMISE_WORDS: Final = ("login", "anonymous-pull", "push", "delete", "cache", "tls", "relative-urls", "redirect")
"""What can be expected; with `no-` in front, the opposite."""


def parse_promises(texts: Iterable[str]) -> dict[str, Any]:
    """Return the promises in texts of words with commas, by their names in `Expectations`. Raises InputError."""
    found: dict[str, Any] = {}
    for word in (word.strip() for text in texts for word in text.split(",")):
        name, is_expected = word.removeprefix("no-"), not word.startswith("no-")
        if name not in PROMISE_WORDS:
            raise InputError.single(f'unknown word "{word}": {_hint(word)}')
        if found.setdefault(name.replace("-", "_"), is_expected) is not is_expected:
            raise InputError.single(f"{name} and no-{name} exclude each other")
    if found.get("cache"):
        found.setdefault("push", False)
    return found


def with_promised_words(described: Expectations | None, texts: Iterable[str], option: str) -> Expectations:
    """Return what a config file promises, if there is one, with the promises in the texts of an option over it.

    Raises InputError.
    """
    promises = parse_promises(texts)
    return (described or Expectations(source=option if promises else "")).with_promises(promises)


def _hint(word: str) -> str:
    near = difflib.get_close_matches(word, (*PROMISE_WORDS, *(f"no-{name}" for name in PROMISE_WORDS)), n=1)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(PROMISE_WORDS)}, or no- in front of it"
