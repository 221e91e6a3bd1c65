"""The page as files of `templates/readme`, and how they are filled in.

A file is Markdown with `${name.of.a.fact}` where a fact goes (string.Template), and with comments on lines of their own
around what is not always right: `<!-- if name.of.a.fact -->`, `<!-- else -->`, `<!-- end -->`, without nesting.
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
_ALWAYS = ""


class _Text(string.Template):
    idpattern = r"(?a:[a-z][_a-z]*(?:\.[a-z][_a-z]*)*)"


def fill(facts: object) -> str:
    """The page, filled in. Every name in it is an attribute of `facts`; as a condition it counts by its truth."""
    conditions = _conditions()
    form, values = _form(tuple(map(bool, attrgetter(*conditions)(facts))))
    return wrap(form % values(facts))


@functools.cache
def blocks() -> tuple[tuple[str, bool, str], ...]:
    """The texts of the page in order: condition ("" is none), whether it must hold, text."""
    return tuple(block for section in SECTIONS for block in _parse(read_template(f"readme/{section}.md") + "\n"))


def _parse(text: str) -> Iterator[tuple[str, bool, str]]:
    first, *rest = _MARK.split(text)
    yield _ALWAYS, True, first
    condition = _ALWAYS
    for mark, block in zip(rest[::2], rest[1::2], strict=True):
        word, _, name = mark.partition(" ")
        condition = {"if": name, "else": condition, "end": _ALWAYS}[word]
        yield condition, word != "else", block


@functools.cache
def _conditions() -> tuple[str, ...]:
    return tuple(sorted({condition for condition, _, _ in blocks() if condition}))


@functools.lru_cache(maxsize=256)
def _form(holds: tuple[bool, ...]) -> tuple[str, attrgetter[tuple[object, ...]]]:
    """The page for deployments of which the same conditions hold: a printf format, and what gets the values for it.

    string.Template's own substitution takes longer than all the rest of rendering a folder.
    """
    true = dict(zip(_conditions(), holds, strict=True)) | {_ALWAYS: True}
    text = "".join(block for condition, wanted, block in blocks() if true[condition] is wanted)
    text = re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"
    names: list[str] = []

    def take(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        names.append(found["named"] or found["braced"])
        return "%s"

    form = _Text.pattern.sub(take, text.replace("%", "%%"))
    return form, attrgetter(*names)
