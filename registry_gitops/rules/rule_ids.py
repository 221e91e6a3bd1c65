"""Ids of rules, as options and config files name them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from registry_gitops.errors import InputError
from registry_gitops.masking import quote, show_key


def parse_rule_ids(ids: Iterable[str], *, key: str = "") -> frozenset[str]:
    """Return `ids` as a set. Raises InputError, if one of them is unknown.

    `key` is the section of the config file that they are the keys of.
    """
    if isinstance(ids, str):
        raise InputError.single(f"{quote(ids)} is not a list of rules: write [{quote(ids)}]")
    given = frozenset(ids)
    if not given:
        return given
    # Imported here, because the searches in manifests take a sixth of the start of `render`, which has none.
    from registry_gitops.rules.table import RULES

    known = [rule.id for rule in RULES]
    for unknown in given.difference(known):
        near = difflib.get_close_matches(unknown, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "to list the rules, run `registry-gitops validate --list-rules`"
        message = f"unknown rule {quote(unknown)}: {hint}"
        raise InputError.single(message, key=f"{key}.{show_key(unknown)}" if key else "")
    return given
