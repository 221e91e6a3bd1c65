"""No rule for manifests fails on a value of another type: the schema reports that, and the rule is silent."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, Final

import pytest

from registry_gitops.documents import Path, SourceFile, YAMLDocument, read_documents
from registry_gitops.repository import FluxRepository
from registry_gitops.rules import RULES, Rule, find_refusals
from registry_gitops.rules.manifests.admission_rules import ADMISSION_RULES

pytestmark = pytest.mark.exhaustive

EXAMPLES: Final = FilePath(__file__).parent / "examples"
SEARCHING: Final = [rule for rule in RULES if rule.manifest or rule.repository or rule in ADMISSION_RULES]
ODD: Final[tuple[Any, ...]] = (0, "x", [[]], {"a": {}})


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value, but for apiVersion and kind, without which there is no object."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        if step not in ("apiVersion", "kind"):
            yield (*path, step)
        yield from paths(inner, (*path, step))


def replaced(value: Any, path: Path, odd: Any) -> Any:
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    return changed


def search(rule: Rule, documents: list[YAMLDocument], root: str) -> None:
    repository = FluxRepository(documents, root)
    for manifest in repository.manifests if rule.manifest else ():
        if rule.manifest and (not rule.kinds or manifest.group_kind in rule.kinds):
            list(rule.manifest(manifest, repository))
    if rule in ADMISSION_RULES:
        for manifest in repository.manifests:
            list(find_refusals(manifest))
    if rule.repository:
        list(rule.repository(repository))


@pytest.mark.parametrize("rule", SEARCHING, ids=lambda rule: rule.id)
def test_rule_takes_values_of_any_type(rule: Rule) -> None:
    folder = EXAMPLES / rule.id / "bad"
    sources = [SourceFile(str(file), file.read_text("utf-8")) for file in sorted(folder.rglob("*.yaml"))]
    documents = [document for source in sources for document in read_documents(source)]
    for document in documents:
        value = document.value
        for path in paths(value):
            for odd in ODD:
                document.value = replaced(value, path, odd)
                search(rule, documents, str(folder))
        document.value = value
