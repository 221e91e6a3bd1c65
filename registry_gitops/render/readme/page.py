"""Fill in the files of `templates/readme`.

A file is Markdown with `${name.of.a.fact}` for a fact (string.Template), and with comments on lines of their own around
conditional text: `<!-- if a.fact and not another.fact -->`, `<!-- else -->`, `<!-- end -->`, without nesting.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterator
from operator import attrgetter

from registry_gitops.assets import read_template
from registry_gitops.render.readme.markdown import wrap

SECTIONS = (
    "overview",
    "components",
    "configuration",
    "access",
    "use",
    "health",
    "customization",
    "security",
    "api",
    "troubleshooting",
    # Last, because it ends with commands that destroy.
    "removal",
)
"""The files of the page, in order."""

_MARK = re.compile(r"^<!-- (.+) -->\n", re.MULTILINE)

Condition = tuple[tuple[str, bool], ...]
"""Names of facts, and whether each must be true; () always holds."""


class _Text(string.Template):
    idpattern = r"(?a:[a-z][_a-z]*(?:\.[a-z][_a-z]*)*)"


def fill(facts: object) -> str:
    """Return the page. Every name in it is an attribute of `facts`; a condition tests its truth."""
    form, values = _form(tuple(map(bool, attrgetter(*_condition_names())(facts))))
    return wrap(form % values(facts))


@functools.cache
def blocks() -> tuple[tuple[Condition, bool, str], ...]:
    """Return the texts of the page in order: condition, whether it must hold, text."""
    return tuple(block for section in SECTIONS for block in _parse(read_template(f"readme/{section}.md") + "\n"))


def _parse(text: str) -> Iterator[tuple[Condition, bool, str]]:
    first, *rest = _MARK.split(text)
    condition: Condition = ()
    yield condition, True, first
    for mark, block in zip(rest[::2], rest[1::2], strict=True):
        word, _, terms = mark.partition(" ")
        condition = {"if": _parse_condition(terms), "else": condition, "end": ()}[word]
        yield condition, word != "else", block


def _parse_condition(terms: str) -> Condition:
    return tuple((term.removeprefix("not "), not term.startswith("not ")) for term in terms.split(" and "))


@functools.cache
def _condition_names() -> tuple[str, ...]:
    return tuple(sorted({name for condition, _, _ in blocks() for name, _ in condition}))


@functools.lru_cache(maxsize=256)
def _form(holds: tuple[bool, ...]) -> tuple[str, attrgetter[tuple[object, ...]]]:
    """Return the page for all deployments with the same conditions: a printf format, and what gets its values.

    The substitution of string.Template takes longer than all the rest of `render`.
    """
    truth = dict(zip(_condition_names(), holds, strict=True))
    text = "".join(
        block
        for condition, wanted, block in blocks()
        if all(truth[name] is expected for name, expected in condition) is wanted
    )
    text = re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"
    names: list[str] = []

    def take(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        names.append(match["named"] or match["braced"])
        return "%s"

    form = _Text.pattern.sub(take, text.replace("%", "%%"))
    return form, attrgetter(*names)
