"""Markdown that no text can break: code spans, tables, and lines that are not too long."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

# Words of printable ASCII without backtick, `|` and backslash.
_PLAIN = re.compile(r"[!-[\]-_a-{}~]+( [!-[\]-_a-{}~]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9/.: -]")
# A column wider than this is not padded to its widest cell: one long name would push all others apart.
_WIDEST = 44

_LINE = 120
# A code span is one word: split, it could not be copied from the source, and its second half might begin a list.
_WORD = re.compile(r"(?:[^\s`<\[]+|`[^`]*`|<code>.*?</code>|\[[^]]*\]\([^)]*\)|\S)+")
_INDENT = re.compile(r"(?:> |- |[0-9]\. | +)?")


def code(text: object) -> str:
    """Return `text` as code, for a sentence or a cell of a table."""
    shown = str(text)
    if _PLAIN.fullmatch(shown):
        return f"`{shown}`"
    # Renderers disagree on `|`, `\` and backticks in a code span of a table, but not on entities.
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return f"<code>{_UNSAFE.sub(lambda found: f'&#{ord(found[0])};', visible)}</code>"


def listing(texts: Iterable[object]) -> str:
    """Return several texts as code, separated by commas."""
    return ", ".join(map(code, texts))


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table, with aligned columns in the source too. Cells are Markdown without `|`, as `code` returns it."""
    rows = tuple(rows)
    *columns, _ = zip(header, *rows, strict=True)
    widths = [min(_WIDEST, max(map(len, column))) for column in columns]
    line = "".join(f"| %-{width}s " for width in widths) + "| %s |"
    rule = "".join(f"|{'-' * (width + 2)}" for width in (*widths, len(header[-1]))) + "|"
    return "\n".join((line % header, rule, *(line % row for row in rows)))


def wrap(page: str) -> str:
    """Wrap the page at 120 characters, except tables, fenced code, and longer words."""
    if _longest(page.split("\n")) <= _LINE:
        return page
    return "\n\n".join(map(_wrap_block, page.split("\n\n")))


def _longest(lines: list[str]) -> int:
    return max(map(len, lines))


@functools.lru_cache(maxsize=256)
def _wrap_block(block: str) -> str:
    lines = block.split("\n")
    if _longest(lines) <= _LINE or block.lstrip().startswith(("|", "```")):
        return block
    if any(_indent(line) for line in lines):
        return "\n".join(_fill(line, _indent(line)) if len(line) > _LINE else line for line in lines)
    return _fill(block, "")


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found[0] if found else ""


def _fill(text: str, indent: str) -> str:
    """Return `text` in lines that begin with `indent`; only the first line has the marker of a list."""
    first, *words = _WORD.findall(text[len(indent) :])
    rest = indent if indent.startswith(">") else " " * len(indent)
    parts, length = [indent + first], len(indent + first)
    for word in words:
        length += 1 + len(word)
        if length > _LINE:
            parts.append(f"\n{rest}{word}")
            length = len(rest) + len(word)
        else:
            parts.append(f" {word}")
    return "".join(parts)
