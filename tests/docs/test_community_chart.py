"""docs/community-chart.md has each value of that chart, with the key to write here that the models name, too."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from pydantic import ValidationError

from registry_gitops import RegistryValues
from registry_gitops.codec import dump_yaml, load_yaml
from registry_gitops.schema import explain_key
from registry_gitops.schema.explanation import explain_tree
from tests.support.tools import ROOT

PAGE = (ROOT / "docs/community-chart.md").read_text("utf-8")
THEIRS = load_yaml((ROOT / "tests/docs/community-chart-3.0.0.yaml").read_text("utf-8")).value
OUTSIDE = "namespace"  # the key of the config file that stands next to `values`


class Row(NamedTuple):
    theirs: str
    their_default: str
    ours: list[str]
    our_default: str


def read_row(line: str) -> Row:
    theirs, their_default, ours, our_default, _ = (cell.strip() for cell in line.strip("|").split("|"))
    return Row(theirs.strip("`"), their_default, re.findall("`([^`]+)`", ours), our_default)


ROWS = [read_row(line) for line in PAGE.splitlines() if line.startswith("| `")]


OURS = {key.path.removeprefix("values."): key.default for key in explain_tree("values")} | {
    OUTSIDE: explain_key(OUTSIDE).default
}


def shown(value: object) -> str:
    if isinstance(value, list):
        return f"`[{', '.join(map(str, value))}]`"
    return "" if value is None else f"`{dump_yaml({'v': value}).removeprefix('v: ').strip()}`"


def refusal(key: str) -> str:
    """What the models say of values with this key alone."""
    values: object = None
    for part in reversed(key.split(".")):
        values = {part: values}
    with pytest.raises(ValidationError) as refused:
        RegistryValues.model_validate(values)
    return "\n".join(problem["msg"] for problem in refused.value.errors())


def names(key: str, theirs: str) -> list[str]:
    """How a message can name a key: whole, its section, or from the section of theirs."""
    parts = key.split(".")
    sections = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    moved = ["configuration"] if theirs.startswith("configData.") else []
    return [*sections, *moved, key.removeprefix(f"{theirs.rpartition('.')[0]}.")]


def test_the_page_has_each_value_of_that_chart_with_its_default() -> None:
    assert [row.theirs for row in ROWS if row.theirs in THEIRS] == [row.theirs for row in ROWS]
    assert {row.theirs: row.their_default for row in ROWS} == {key: shown(value) for key, value in THEIRS.items()}


def test_each_key_of_ours_exists_and_has_the_default_that_the_page_says() -> None:
    for row in ROWS:
        defaults = [shown(OURS[key]) for key in row.ours]
        assert row.our_default == (", ".join(defaults) if all(defaults) else ""), row


@pytest.mark.parametrize("row", [row for row in ROWS if row.theirs not in OURS], ids=lambda row: row.theirs)
def test_the_refusal_of_a_key_of_that_chart_names_the_key_on_the_page(row: Row) -> None:
    said = refusal(row.theirs)
    if not row.ours:
        assert re.search("leave it out|no driver|fullnameOverride|write configuration", said), said
    for key in row.ours:
        assert any(re.search(rf"\b{re.escape(name)}\b", said) for name in names(key, row.theirs)), said


def test_a_key_that_both_charts_have_is_on_both_sides() -> None:
    shared = [row for row in ROWS if row.theirs in OURS and row.theirs != "storage"]  # a section here
    assert [row.theirs for row in shared if row.theirs not in row.ours] == []
