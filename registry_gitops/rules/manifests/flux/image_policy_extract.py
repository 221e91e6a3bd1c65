"""What an ImagePolicy takes from the tags that it filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text

_REFERENCE: Final = re.compile(r"\$(\$|\w+)", re.ASCII)
_NAMED_GROUP: Final = re.compile(r"\(\?P?<(\w+)>", re.ASCII)
_EXTRACT: Final = ("spec", "filterTags", "extract")


def image_policy_extract(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An ImagePolicy extracts a group that its pattern does not have.

    Why: Go puts nothing in place of an unknown group, so all tags become the same text, and the policy finds no image.
    `$ts` is the group that `(?P<ts>...)` names; without the dollar, `ts` is a constant.

    Source: https://github.com/fluxcd/image-reflector-controller/issues/143

    Bad: `pattern: "^main-(?P<ts>[0-9]+)$"` with `extract: ts`   Good: `extract: $ts`
    """
    extract, pattern = known_text(manifest, *_EXTRACT), known_text(manifest, "spec", "filterTags", "pattern")
    if not extract or not pattern:
        return
    found = [name for name in _REFERENCE.findall(extract) if name != "$"]
    groups = {*_NAMED_GROUP.findall(pattern), *map(str, range(pattern.count("(") + 1))}
    if not found:
        yield Problem(_EXTRACT, "the text refers to no group of the pattern", "write $ and the name of a group")
    elif not groups.issuperset(found):
        yield Problem(_EXTRACT, "the pattern has no group of this name", "name a group of the pattern: (?P<NAME>...)")
