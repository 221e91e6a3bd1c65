"""The catalogue of checks: its texts, levels, and the chart values that it names."""

from __future__ import annotations

import re
import sys

import pytest

from registry_gitops.errors import InputError
from registry_gitops.schema import explain_key
from registry_gitops.smoke import CHECKS, Check, Level, Precondition, Remedy, checks_for_level, connect, remedies

VALUE = re.compile(r"`([a-z][A-Za-z]*(?:\.[A-Za-z]+)+|replicaCount)`")
EACH = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def texts_of(module: object) -> list[str]:
    """Return all texts in the constants and tables of a module."""
    found: list[str] = []
    for value in vars(module).values():
        parts = value.values() if isinstance(value, dict) else [value]
        found += [str(part) for part in parts if isinstance(part, str | Remedy)]
    return found


def test_check_ids_are_unique() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert [one for one in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one)] == []


@EACH
def test_check_has_title_verifies_spec_and_remedy(check: Check) -> None:
    for text in (check.title, check.verifies, check.spec, str(check.remedy)):
        assert text.strip()
        assert "\n" not in text
    assert check.verifies.endswith(".")
    assert str(check.remedy).endswith(".")


@EACH
def test_remedy_names_existing_chart_values(check: Check) -> None:
    for value in VALUE.findall(str(check.remedy)):
        assert explain_key(f"values.{value}")


@pytest.mark.parametrize("text", [*texts_of(remedies), *texts_of(sys.modules[connect.__module__])])
def test_diagnosis_names_existing_chart_values(text: str) -> None:
    for value in VALUE.findall(text):
        assert explain_key(f"values.{value}")


def test_explain_refuses_unknown_chart_value() -> None:
    with pytest.raises(InputError):
        explain_key("values.http.relativeURLs")


def test_level_includes_the_levels_before_it() -> None:
    read, smoke, full = (checks_for_level(CHECKS, level) for level in Level)
    assert set(read) < set(smoke) < set(full) == set(CHECKS)
    assert full == CHECKS


def test_read_checks_need_no_push() -> None:
    needs = {need for check in checks_for_level(CHECKS, Level.READ) for need in check.needs}
    assert not {Precondition.PUSH, Precondition.DELETE} & needs
