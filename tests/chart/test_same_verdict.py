"""Helm and the models give the same verdict on values that are wrong.

Helm judges values twice: by values.schema.json, then by the templates `docker-registry.AREA.problems`. Here, thousands
of wrong values are judged by the schema, in this process. Where it admits what the models refuse, the error must be one
of the combinations that test_refusals.py compares with the templates. That Helm's own validator judges by the schema as
ours does is seen in one call, with a wrong value at every place of all scenarios.

The wrong values come from the scenarios, which set every value of the chart, and from the schema: new values are tried
without a change of this file.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from registry_gitops.schema import values_schema
from registry_gitops.values import CONFLICTS, RegistryValues
from tests.chart.test_scenarios import SCENARIOS, values_of
from tests.support.helm import Chart

Path = tuple[int | str, ...]
Schema = dict[str, Any]

OF_MODELS_ALONE = {"variable", "variable_case", "variable_conflict", "variable_provider", "variable_value"}
"""Errors of the variables REGISTRY_*: what they override is the registry's matter, and the chart does not read them."""

TEXTS: list[Any] = ["\n", " ", "Ä ö!", "..", 6000 * "x", "", "-", "/", "a b", "1s2", "http://x", 5, True, 1.5, {}, []]
NUMBERS: list[Any] = [-1, 1.5, "1", True, 2**31, {}, [], 0]
SWITCHES: list[Any] = ["yes", 1, {}, []]
LISTS: list[Any] = [{}, "x", 5, True, [[]], [{}], [5], ["x y"], []]
MAPS: list[Any] = ["x", [], 5, True, {}]
ANY: list[Any] = [5, -1, 1.5, True, "Ä ö!", " ", "", [], {}, [[]], [{}], ["Ä ö!"], {"unknownKey": 1}, {"Ä ö!": 1}]


def replacements(value: Any) -> list[Any]:
    """What to put in the place of a value that is right; some of it is right, too."""
    if isinstance(value, dict):
        without = [{key: item for key, item in value.items() if key != gone} for gone in value]
        return [*MAPS, {**value, "unknownKey": 1}, *without]
    if isinstance(value, list):
        return [*LISTS, [*value, *value]]
    return SWITCHES if isinstance(value, bool) else TEXTS if isinstance(value, str) else NUMBERS


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place of a tree, with what is there."""
    if path:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from places(item, (*path, step))


def replaced(tree: Any, path: Path, value: Any) -> Any:
    found = copy.deepcopy(tree)
    functools.reduce(lambda place, step: place[step], path[:-1], found)[path[-1]] = value
    return found


def members(schema: Schema) -> list[Schema]:
    if "$ref" in schema:
        return members(values_schema()["definitions"][schema["$ref"].rpartition("/")[2]])
    union = schema.get("anyOf") or schema.get("oneOf")
    return [inner for member in union for inner in members(member)] if union else [schema]


def additions(value: Any, schema: Schema, depth: int, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Values for keys that the schema knows and the tree lacks: wrong ones, each enumerated one, and trees of those."""
    for member in members(schema):
        for key, below in member.get("properties", {}).items() if isinstance(value, dict) else ():
            if key in value:
                yield from additions(value[key], below, depth, (*path, key))
            elif depth:
                yield from (((*path, key), each) for each in (*ANY, *trees(below, depth - 1)))
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from additions(item, member.get("items", {}), depth, (*path, index))


def trees(schema: Schema, depth: int) -> Iterator[Any]:
    for member in members(schema):
        yield from member.get("enum", ())
        yield from (nested(path, value) for path, value in additions({}, member, depth))
        for item in members(member.get("items", {})) if member.get("type") == "array" else ():
            yield from ([nested(path, value)] for path, value in additions({}, item, depth))


def nested(path: Path, value: Any) -> Any:
    return functools.reduce(lambda inner, step: {step: inner}, reversed(path), value)


@functools.cache
def validator() -> Any:
    return jsonschema_rs.validator_for(values_schema())


def codes_of_the_models(values: Any) -> set[str]:
    try:
        RegistryValues.model_validate(values, by_name=False, by_alias=True)
    except ValidationError as error:
        return {detail["type"] for detail in error.errors(include_url=False)}
    return set()


def judge(cases: Iterator[tuple[Any, Path, Any]]) -> int:
    """Compare the verdicts on each case: a tree, a place in it, and what to put there. Return how many are wrong."""
    seen: set[tuple[str, str]] = set()
    count = 0
    for tree, path, value in cases:
        place = ".".join("*" if isinstance(step, int) else step for step in path)
        case = place, json.dumps(value, sort_keys=True)
        if case in seen:
            continue
        seen.add(case)
        values = replaced(tree, path, value)
        is_valid, codes = validator().is_valid(values), codes_of_the_models(values)
        count += not is_valid or bool(codes)
        assert is_valid <= (codes <= CONFLICTS.keys() | OF_MODELS_ALONE), (
            "the schema admits what the models refuse",
            *case,
            codes,
        )
        assert is_valid or codes, ("the models admit what the schema refuses", *case)
    return count


def test_the_schema_and_the_models_agree_on_every_value_of_the_scenarios() -> None:
    trees_ = (values_of(scenario) for scenario in SCENARIOS)
    found = judge((tree, path, each) for tree in trees_ for path, item in places(tree) for each in replacements(item))
    assert found >= 500


@pytest.mark.exhaustive
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_schema_and_the_models_agree_on_every_key_that_a_scenario_lacks(scenario: str) -> None:
    tree = values_of(scenario)
    assert judge((tree, path, value) for path, value in additions(tree, values_schema(), 5)) >= 500


def test_an_empty_key_means_its_default_where_that_is_empty(chart: Chart) -> None:
    empty = {
        key: None
        for key, value in RegistryValues().model_dump(by_alias=True).items()
        if value in ("", [], {}) or key in ("affinity", "configuration", "dnsConfig", "lifecycleHooks")
    }
    assert {"configuration", "extraEnvVars", "nodeSelector", "podAnnotations", "priorityClassName"} <= empty.keys()
    assert RegistryValues.model_validate(empty) == RegistryValues()
    assert chart.text(values=empty) == chart.text()


def test_helms_validator_judges_as_ours_does(chart: Chart) -> None:
    wrong: Any = functools.reduce(merged, map(values_of, SCENARIOS), {})
    changed: list[str] = []
    for path, item in list(places(wrong)):
        if isinstance(item, dict | list):
            continue
        for each in replacements(item):
            candidate = replaced(wrong, path, each)
            if any(tuple(error.instance_path)[: len(path)] == path for error in validator().iter_errors(candidate)):
                wrong = candidate
                changed.append("/".join(("", *(str(step).replace("/", "~1") for step in path))))
                break
    assert len(changed) >= 300
    message = chart.refusal(**wrong)
    assert [pointer for pointer in changed if f"at '{pointer}" not in message] == []


def merged(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        both = {key: merged(first[key], second[key]) for key in first.keys() & second.keys()}
        return {**first, **second, **both}
    return [*first, *second] if isinstance(first, list) and isinstance(second, list) else second
