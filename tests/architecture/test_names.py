"""A name has one meaning: a file, a public class, or a public function can be found by its name alone."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from tests.architecture.modules import MODULES, PACKAGES

SAME_TOPIC = {"auth", "authentication", "blobs", "health", "manifests", "persistence", "referrers", "secret"}
SAME_TOPIC |= {"scalars", "storage", "uploads"}
"""Files of one topic in several packages: the section of values and of config.yml, the endpoint and its checks."""

SAME_CONCEPT = {"Storage", "Volume", "delete_blob", "delete_manifest", "render", "validate"}
"""Sections of the values and of config.yml; a volume that is described and one that `status` found; a check and what it
checks; a command and what it calls."""


def repeated(names: Iterator[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def public_names() -> Iterator[str]:
    for path in MODULES.values():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                yield node.name


def test_file_name_has_one_meaning() -> None:
    assert repeated(name.rpartition(".")[2] for name in MODULES if name not in PACKAGES) == SAME_TOPIC


def test_public_name_has_one_meaning() -> None:
    assert repeated(public_names()) == SAME_CONCEPT
