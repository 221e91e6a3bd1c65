"""Each rule for manifests finds what its bad example marks, at that place, and nothing in its good example.

`examples/RULE/bad/` and `good/` are repositories of one file or more. In a bad file, a comment on the line after a
finding has a caret below its column, and the id of the rule: `#   ^ wrong-type`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from registry_gitops.rules import RULES, Rule
from registry_gitops.validation import examine
from tests.support.tools import tool

EXAMPLES: Final = Path(__file__).parent / "examples"
MARK: Final = re.compile(r" *#[ #]*\^ *(?P<rules>[a-z0-9, -]+)$")
LOOKING_AT_MANIFESTS: Final = [rule for rule in RULES if rule.manifest or rule.repository or rule.text]
BY_KUSTOMIZE: Final = {"kustomize-build"}
"""The rules whose examples need kustomize. No other example has the program, wherever the tests run."""

EXAMPLE_RULES: Final = [
    pytest.param(rule.id, marks=[pytest.mark.tools] if rule.id in BY_KUSTOMIZE else []) for rule in LOOKING_AT_MANIFESTS
]

Place = tuple[str, int, int, str]
"""File, line, column, and rule."""


@pytest.fixture(autouse=True)
def _programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_kustomize = request.node.get_closest_marker("tools") is not None
    monkeypatch.setenv("PATH", str(Path(tool("kustomize")).parent) if needs_kustomize else "")


def marks(folder: Path) -> Iterator[Place]:
    for file in sorted(folder.rglob("*")):
        lines = file.read_text("utf-8", "replace").splitlines() if file.suffix in (".yaml", ".yml") else []
        number = 0
        for index, line in enumerate(lines, 1):
            mark = MARK.fullmatch(line)
            if not mark:
                number = index
                continue
            for rule in re.split(", *", mark["rules"].strip()):
                yield str(file.relative_to(folder)), number, line.index("^") + 1, rule


def findings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    monkeypatch.chdir(folder)
    found = examine(["."]).findings
    assert all(finding.remedy for finding in found), "a finding has no remedy"
    places = [(each.location, each.id) for each in found]
    return sorted((at.file or "", at.line or 0, at.column or 0, id_) for at, id_ in places)


@pytest.mark.parametrize("rule", EXAMPLE_RULES)
def test_bad_example_has_the_findings_that_it_marks(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / rule / "bad"
    expected = sorted(marks(folder))
    assert rule in {name for *_, name in expected}, f"no file in {folder} has a mark of {rule}"
    assert findings(folder, monkeypatch) == expected


@pytest.mark.parametrize("rule", EXAMPLE_RULES)
def test_good_example_has_no_finding(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / rule / "good"
    assert list(folder.rglob("*.*")), f"{folder} has no file"
    assert findings(folder, monkeypatch) == []


@pytest.mark.parametrize("rule", LOOKING_AT_MANIFESTS, ids=lambda rule: rule.id)
def test_page_has_what_a_reader_looks_for(rule: Rule) -> None:
    page = rule.page
    missing = [part for part in ("Why: ", "Source: http", "Bad: ", "Good: ") if part not in page]
    assert missing == []


def test_every_example_is_of_a_rule() -> None:
    known = {rule.id for rule in LOOKING_AT_MANIFESTS}
    assert {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} <= known
