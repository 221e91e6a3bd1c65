"""Regular expressions that Flux compiles with Go's package regexp."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds

_PLACES: Final[dict[str, tuple[Path, ...]]] = {
    kinds.IMAGE_POLICY: (("spec", "filterTags", "pattern"),),
    kinds.IMAGE_REPOSITORY: (("spec", "exclusionList"),),
    kinds.OCI_REPOSITORY: (("spec", "ref", "semverFilter"),),
    kinds.ALERT: (("spec", "inclusionList"), ("spec", "exclusionList")),
}
KINDS_WITH_REGEX: Final = frozenset(_PLACES)

_TOKEN: Final = re.compile(
    r"""(?x)
    (?P<backreference> \\(?:[1-7](?![0-7])|[89]) )
  | (?P<quotation> \\Q )
  | \\.
  | \[ \^? \]? (?: \\. | \[:\^?\w+:\] | [^]\\] )* \]
  | (?P<class> \[ )
  | (?P<lookaround> \(\?<?[=!] )
  | (?P<atomic> \(\?> )
  | (?P<open> \( )
  | (?P<close> \) )
  | (?P<possessive> (?: [*+?] | \{[0-9]+(?:,[0-9]*)?\} ) \+ )
    """,
    re.DOTALL,
)
_UNKNOWN_TO_GO: Final = {
    "lookaround": "Go has no lookahead and no lookbehind",
    "atomic": "Go has no atomic groups",
    "backreference": "Go has no backreferences",
    "possessive": "Go has no possessive quantifiers",
    "class": "a ] is missing",
}


def go_regex(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A regular expression does not compile in Go.

    Why: Go has no lookahead, lookbehind, or backreferences. An ImagePolicy with such a pattern finds no image, and an
    Alert with one in exclusionList excludes nothing.

    Source: https://github.com/fluxcd/image-reflector-controller/issues/138

    Bad: `exclusionList: ["^(?!.*error).*"]`   Good: `inclusionList: ["error"]`
    """
    for path in _PLACES[manifest.group_kind]:
        value = manifest.get(*path)
        patterns = [(path, value)] if isinstance(value, str) else _enumerate(path, value)
        for place, pattern in patterns:
            reason = _reason(pattern)
            if reason:
                yield Problem(place, f"the regular expression does not compile: {reason}", "rewrite the pattern")


def _enumerate(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    """Yield the place and the text of each pattern in a list."""
    for index, pattern in enumerate(value if isinstance(value, list) else ()):
        if isinstance(pattern, str):
            yield (*path, index), pattern


def _reason(pattern: str) -> str:
    """Return why Go cannot compile a pattern, or "" if nothing tells that it cannot."""
    if is_decided_later(pattern):
        return ""
    depth = 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup or ""
        if kind == "quotation":
            return ""
        if kind in _UNKNOWN_TO_GO:
            return _UNKNOWN_TO_GO[kind]
        depth += {"open": 1, "close": -1}.get(kind, 0)
        if depth < 0:
            return "a ) has no ("
    return "a ) is missing" if depth else ""
