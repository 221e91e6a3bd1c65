"""The table of the checks: each says what people have to know, and names values that the chart has."""

from __future__ import annotations

import re
import sys

import pytest

from registry_gitops.errors import InputError
from registry_gitops.schema import explain
from registry_gitops.smoke import CHECKS, Check, Level, Precondition, checks_for_level, connect, remedies

VALUE = re.compile(r"`([a-z][A-Za-z]*(?:\.[A-Za-z]+)+|replicaCount)`")
EACH = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def texts_of(module: object) -> list[str]:
    """All texts in the constants of a module, those in its tables too."""
    found: list[str] = []
    for value in vars(module).values():
        parts = value.values() if isinstance(value, dict) else [value]
        found += [part for part in parts if isinstance(part, str)]
    return found


def test_every_check_has_an_id_of_its_own() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert [one for one in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one)] == []


@EACH
def test_a_check_says_what_people_have_to_know(check: Check) -> None:
    for text in (check.title, check.verifies, check.spec, check.remedy):
        assert text.strip()
        assert "\n" not in text
    assert check.verifies.endswith(".")
    assert check.remedy.endswith(".")


@EACH
def test_a_remedy_names_values_that_the_chart_has(check: Check) -> None:
    for value in VALUE.findall(check.remedy):
        assert explain(f"values.{value}")


@pytest.mark.parametrize("text", [*texts_of(remedies), *texts_of(sys.modules[connect.__module__])])
def test_what_an_answer_is_diagnosed_with_names_values_that_the_chart_has(text: str) -> None:
    for value in VALUE.findall(text):
        assert explain(f"values.{value}")


def test_a_value_that_the_chart_does_not_have_would_be_found() -> None:
    with pytest.raises(InputError):
        explain("values.http.relativeURLs")


def test_each_level_takes_in_those_before_it() -> None:
    read, smoke, full = (checks_for_level(CHECKS, level) for level in Level)
    assert set(read) < set(smoke) < set(full) == set(CHECKS)
    assert full == CHECKS


def test_a_check_that_changes_nothing_needs_no_push() -> None:
    needs = {need for check in checks_for_level(CHECKS, Level.READ) for need in check.needs}
    assert not {Precondition.PUSH, Precondition.DELETE} & needs
