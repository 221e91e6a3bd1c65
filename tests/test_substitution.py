"""Flux's substitution: what we read in a text is what Flux reads, and what we keep as text stays text."""

from __future__ import annotations

import random

import pytest
import yaml

from registry_gitops.substitution import SubstitutionError, is_left_to_flux, keep_text, parse_template
from tests.support.tools import Envsubst

DEFAULTS = {
    "${A:=d}": "d",
    "${A:-d}": "d",
    "${A=d}": "d",
    "${A:+d}": "d",
    "${A:?d}": "d",
    "${A:=}": "",
    "${A:=${B:=c}}": "c",
    "${A:=x${B:-y}z}": "xyz",
    "${A:=a b: c # d}": "a b: c # d",
    "${A:=$B}": "$B",
    "${A:={}": "{",
    "${A:=}}": "}",
    "$${A}": "${A}",
    "$$${A:=d}": "$d",
    "$A": "$A",
    "a}b": "a}b",
    "x-${A:=d}-y${B:=e}": "x-d-ye",
    "${1A:=d}": "d",
    "${A:=\n}": "\n",
}
UNKNOWN = (
    "${A}",
    "registry.${A}",
    "${#A}",
    "${A^}",
    "${A^^}",
    "${A,}",
    "${A,,}",
    "${A:1}",
    "${A:1:2}",
    "${A: -1}",
    "${A#a*}",
    "${A##a*}",
    "${A%b*}",
    "${A%%b*}",
    "${A/a/b}",
    "${A//a/b}",
    "${A/#a/b}",
    "${A/%a/b}",
    "${A/a/}",
    "${A:=${B}}",
    "${A:=d}${B}",
)
REFUSED = (
    "${",
    "${}",
    "${A",
    "${A:",
    "${A:=",
    "${A:=d",
    "${A-d}",
    "${A+d}",
    "${A?d}",
    "${A.B}",
    "${A-B}",
    "${ A}",
    "${A }",
    "${A/a}",
    "${A^x}",
    "${A@Q}",
    "${!A}",
    "${A[0]}",
    "x ${A:=${B} y",
)
VALUES = (
    *("3", "yes", "null", "~", "", "1e3", "0x1F", "2026-01-01", "12:30", "true", "a: b", "a #b", "it's", 'q"q', "\\n"),
    *("trail ", "- x", "{a}", "[1", "!x", "&a", "*a", "%x", "@x", "`x", "|", "a:", "\u00e9", "---", "#x", "local-path"),
)


@pytest.mark.parametrize(("text", "expected"), DEFAULTS.items())
def test_text_is_known_by_its_defaults(text: str, expected: str) -> None:
    assert parse_template(text).fill() == expected


@pytest.mark.parametrize("text", UNKNOWN)
def test_text_with_a_variable_without_a_default_is_unknown(text: str) -> None:
    assert parse_template(text).fill() is None
    assert is_left_to_flux(text)


@pytest.mark.parametrize("text", REFUSED)
def test_text_that_flux_cannot_substitute_in_is_refused(text: str) -> None:
    with pytest.raises(SubstitutionError):
        parse_template(text)


def test_operator_that_flux_lacks_is_named_with_the_one_to_write() -> None:
    with pytest.raises(SubstitutionError, match=r"Flux has no \$\{NAME-text\}: write \$\{NAME:-text\}"):
        parse_template("${A-d}")


def test_names_are_those_of_all_variables_in_order() -> None:
    assert parse_template("${B}-${A:=${C:=x}}${B^^}").names == ("B", "A", "C")


def test_flux_agrees_on_every_form(envsubst: Envsubst) -> None:
    for text, expected in DEFAULTS.items():
        assert envsubst.text(text, strict=True) == expected
    for text in UNKNOWN:
        with pytest.raises(ValueError, match="not set"):
            envsubst.text(text, strict=True)
    for text in REFUSED:
        with pytest.raises(ValueError, match=r"substitution|brace|variable name"):
            envsubst.text(text)


@pytest.mark.exhaustive
def test_flux_agrees_on_random_texts(envsubst: Envsubst) -> None:
    parts = (
        "${",
        "}",
        "A",
        ":=",
        ":-",
        "=",
        ":",
        "/",
        "#",
        "%",
        "^",
        ",",
        "$",
        "$$",
        "\\",
        "1",
        " ",
        "-",
        "?",
        "${A:=",
    )
    source = random.Random(1)
    for _ in range(5000):
        text = "".join(source.choices(parts, k=source.randint(1, 9)))
        try:
            found = envsubst.text(text, strict=True)
        except ValueError as error:
            if "not set" in str(error):
                assert parse_template(text).fill() is None, text
            else:
                with pytest.raises(SubstitutionError):
                    parse_template(text)
        else:
            assert parse_template(text).fill() == found, text


@pytest.mark.parametrize("text", ["${A}", "a${A}", "${A:=3}", "no${A}", "team ${A}", "- ${A}", "${B:=1}${A}"])
def test_kept_text_stays_text_whatever_the_variable_holds(text: str, envsubst: Envsubst) -> None:
    for value in VALUES:
        expected = envsubst.text(text, {"A": value})
        for strict in (False, True):
            found = envsubst.object(
                yaml.safe_dump({"a": [{"b": keep_text(text)}], "c": 1}), {"A": value}, strict=strict
            )
            assert found == {"a": [{"b": expected}], "c": 1}


def test_text_without_it_would_change_its_type(envsubst: Envsubst) -> None:
    assert envsubst.object('tag: "${A}"', {"A": "3"}) == {"tag": 3}
    assert envsubst.object('tag: "${A}"') == {"tag": None}


@pytest.mark.parametrize("text", ["first\n${A}\nlast\n", "\U0001f600 ${A}"])
def test_text_that_is_a_block_or_quoted_anyway_is_kept_as_it_is(text: str, envsubst: Envsubst) -> None:
    assert keep_text(text) == text
    assert envsubst.object(yaml.safe_dump({"a": text}), {"A": "3"}) == {"a": text.replace("${A}", "3")}
