"""The reviewed READMEs of this folder, and how tests read a page: each folder is a description and its README."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from registry_gitops.deployment import load

GOLDEN = Path(__file__).parent
CASES = {path.parent.name: load(path) for path in sorted(GOLDEN.glob("*/registry.yaml"))}
every_case = pytest.mark.parametrize("case", CASES)


def markdown(text: str) -> list[Token]:
    """The page as GitHub's flavour of Markdown has it, inline tokens among the others."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [each for token in tokens for each in (token, *(token.children or ()))]


def blocks(text: str, language: str) -> list[str]:
    return [token.content for token in markdown(text) if token.type == "fence" and token.info == language]


def commands(text: str) -> Iterator[list[str]]:
    """Each command of the page, as words."""
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", "").splitlines():
            yield shlex.split(re.sub(r"^PV=\$\(|\)$", "", line))


def headings(text: str) -> list[str]:
    tokens = markdown(text)
    return [inline.content for opened, inline in itertools.pairwise(tokens) if opened.type == "heading_open"]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of the page: rows of cells as a reader sees them."""
    found: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and found[-1] and token.level >= 4:
            found[-1][-1].append("".join(each.content for each in token.children or () if each.type != "html_inline"))
    return found
