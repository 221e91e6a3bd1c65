"""What `smoke` compares a registry with: the promises of its config file, and those of --expect."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from registry_gitops.cli.smoke_target import TestedRegistry
    from registry_gitops.smoke import Expectations

OPTION: Final = "--expect"
WORDS: Final = ("login", "anonymous-pull", "push", "delete", "cache", "tls", "relative-urls", "redirect")
"""What can be expected; with `no-` in front, the opposite."""


def parse_expectations(texts: Iterable[str]) -> dict[str, Any]:
    """Return the promises in --expect, by their names in `Expectations`. Raises typer.BadParameter."""
    found: dict[str, Any] = {}
    for word in (word.strip() for text in texts for word in text.split(",")):
        name, is_expected = word.removeprefix("no-"), not word.startswith("no-")
        if name not in WORDS:
            near = difflib.get_close_matches(word, (*WORDS, *(f"no-{known}" for known in WORDS)), n=1)
            hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(WORDS)}, or no- in front of it"
            raise typer.BadParameter(f'unknown word "{word}": {hint}', param_hint=OPTION)
        if found.setdefault(name.replace("-", "_"), is_expected) is not is_expected:
            raise typer.BadParameter(f"{name} and no-{name} exclude each other", param_hint=OPTION)
    if found.get("cache"):
        found.setdefault("push", False)
    return found


def read_expectations(registry: TestedRegistry, expected: Iterable[str]) -> Expectations:
    """Return what the config file promises, if there is one, with the words of --expect over it."""
    from registry_gitops.smoke import Expectations
    from registry_gitops.target import read_promises

    words = parse_expectations(expected)
    if registry.deployment is None or registry.config is None:
        return Expectations(**words, source=OPTION if words else "")
    promised = read_promises(registry.deployment, registry.target.endpoint, registry.config.name)
    unknown = {name: reason for name, reason in promised.unknown.items() if name not in words}
    return replace(promised, **words, unknown=unknown)
