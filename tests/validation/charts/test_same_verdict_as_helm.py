"""Values are refused exactly where `helm template` refuses them by a values.schema.json."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from registry_gitops.validation.charts.dependencies import process_dependencies
from registry_gitops.validation.charts.helm_chart import load_chart
from registry_gitops.validation.charts.merging import coalesce, copy_values
from registry_gitops.validation.charts.schema_errors import check_values
from tests.support.helm import CHART
from tests.support.tools import tool

pytestmark = pytest.mark.tools

Files = dict[str, Any]
DRAFT_7: Final = "http://json-schema.org/draft-07/schema#"
DRAFT_2020: Final = "https://json-schema.org/draft/2020-12/schema"


def metadata(name: str, *dependencies: dict[str, Any]) -> dict[str, Any]:
    listed = [{"version": "*", "repository": "", **each} for each in dependencies]
    return {"apiVersion": "v2", "name": name, "version": "1.0.0", "dependencies": listed}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


PORT: Final = closed(port={"type": "integer"}, **{"global": {}})
CHARTS: Final[dict[str, Files]] = {
    "plain": {
        "Chart.yaml": metadata("plain"),
        "values.yaml": {"port": 80, "mode": "a", "image": {"tag": "1", "pull": None}, "list": [1]},
        "values.schema.json": closed(
            port={"type": "integer", "minimum": 1},
            mode={"enum": ["a", "b"]},
            image=closed(tag={"type": "string"}, pull={"type": "string"}),
            list={"type": "array", "items": {"type": "integer"}},
            host={"type": "string", "format": "hostname"},
        )
        | {"required": ["port"], "$schema": DRAFT_7},
    },
    "definitions": {
        "Chart.yaml": metadata("definitions"),
        "values.yaml": {},
        "values.schema.json": {
            "$schema": DRAFT_2020,
            "$defs": {"size": {"type": "string", "pattern": "^[0-9]+Gi$"}},
            "properties": {"size": {"$ref": "#/$defs/size"}, "time": {"type": "string", "format": "date-time"}},
            "if": {"properties": {"kind": {"const": "s3"}}, "required": ["kind"]},
            "then": {"required": ["bucket"]},
            "unevaluatedProperties": {"type": ["string", "null"]},
        },
    },
    "no-draft": {
        "Chart.yaml": metadata("no-draft"),
        "values.yaml": {"a": {"x": 1}},
        "values.schema.json": {
            "properties": {"a": {"oneOf": [{"type": "string"}, closed(x={"type": "integer"}, y={"type": "integer"})]}},
            "dependentRequired": {"b": ["c"]},
            "prefixItems": [{"type": "string"}],
        },
    },
    "parent": {
        "Chart.yaml": metadata(
            "parent",
            {"name": "child", "condition": "child.enabled"},
            {"name": "twin", "alias": "first", "tags": ["twins"]},
            {"name": "twin", "alias": "second", "tags": ["twins"]},
            {"name": "exporter", "import-values": ["data", {"child": "own", "parent": "taken"}]},
        ),
        "values.yaml": {"child": {"enabled": True, "port": 1}, "top": None, "first": {"port": None}},
        "values.schema.json": {
            "properties": {
                "exported": {"type": "integer"},
                "taken": {"type": "object", "additionalProperties": {"type": "integer"}},
                "first": {"type": "object"},
            }
        },
        "charts/child/Chart.yaml": metadata("child"),
        "charts/child/values.yaml": {"port": 2, "extra": {"a": 1}},
        "charts/child/values.schema.json": closed(
            port={"type": "integer"},
            enabled={"type": "boolean"},
            extra={"type": "object", "required": ["a"]},
            **{"global": closed(domain={"type": "string"})},
        ),
        "charts/twin/Chart.yaml": metadata("twin"),
        "charts/twin/values.yaml": {"port": 3},
        "charts/twin/values.schema.json": PORT | {"required": ["port"]},
        "charts/exporter/Chart.yaml": metadata("exporter"),
        "charts/exporter/values.yaml": {"exports": {"data": {"exported": 1}}, "own": {"n": 2}},
        "charts/unlisted/Chart.yaml": metadata("unlisted"),
        "charts/unlisted/values.yaml": {"port": 4, "nothing": None},
        "charts/unlisted/values.schema.json": PORT,
    },
    "grandparent": {
        "Chart.yaml": metadata("grandparent", {"name": "mid", "condition": "on, mid.on"}),
        "values.yaml": {"global": {"g": {"a": 1}}, "mid": {"low": {"port": 5}}},
        "charts/mid/Chart.yaml": metadata("mid", {"name": "low", "condition": "low.on"}),
        "charts/mid/values.yaml": {"low": {"port": 6, "on": True}},
        "charts/mid/charts/low/Chart.yaml": metadata("low"),
        "charts/mid/charts/low/values.yaml": {"port": 7},
        "charts/mid/charts/low/values.schema.json": closed(
            port={"type": "integer"},
            on={"type": "boolean"},
            **{"global": {"properties": {"g": closed(a={"type": "integer"}, b={"type": "string"})}}},
        ),
    },
}

GIVEN: Final[dict[str, list[dict[str, Any]]]] = {
    "plain": [
        {},
        {"port": "80"},
        {"port": 0},
        {"port": 80.0},
        {"port": None},
        {"prot": 1},
        {"mode": "c"},
        {"mode": None},
        {"image": None},
        {"image": "nginx"},
        {"image": {"tag": None}},
        {"image": {"tag": 1.5}},
        {"image": {"pull": "Always"}},
        {"image": {"pull": None}},
        {"image": {"other": None}},
        {"list": []},
        {"list": [None]},
        {"list": {"a": 1}},
        {"list": None},
        {"host": "a_b"},
        {"host": None},
    ],
    "definitions": [
        {},
        {"size": "50Gi"},
        {"size": "50Gb"},
        {"size": None},
        {"time": "yesterday"},
        {"kind": "s3"},
        {"kind": "s3", "bucket": "b"},
        {"other": None},
        {"other": 1},
    ],
    "no-draft": [
        {},
        {"a": "text"},
        {"a": {"x": "1"}},
        {"a": {"x": None, "z": 1}},
        {"a": {"y": 1}},
        {"a": []},
        {"b": 1},
        {"b": 1, "c": 1},
        {"b": None},
    ],
    "parent": [
        {},
        {"child": {"port": "1"}},
        {"child": {"port": "1", "enabled": False}},
        {"child": {"enabled": "no"}},
        {"child": {"extra": {"a": None}}},
        {"child": {"extra": None}},
        {"child": {"unknown": 1}},
        {"child": None},
        {"child": "text"},
        {"first": {"port": 1}},
        {"first": {"port": "1"}},
        {"second": {"port": "1"}},
        {"second": {"port": None}},
        {"second": {"port": "1"}, "tags": {"twins": False}},
        {"twin": {"port": "1"}},
        {"global": {"domain": "example.com"}},
        {"global": {"domain": 1}},
        {"global": {"other": 1}},
        {"global": {"domain": {"a": 1}}},
        {"exported": "1"},
        {"exporter": {"exports": {"data": {"exported": "1"}}}},
        {"taken": {"more": "1"}},
        {"taken": {"n": None}},
        {"unlisted": {"port": "1"}},
        {"unlisted": {"nothing": 1}},
        {"top": 1},
    ],
    "grandparent": [
        {},
        {"mid": {"low": {"port": "x"}}},
        {"mid": {"low": {"port": "x", "on": False}}},
        {"on": False, "mid": {"low": {"port": "x"}}},
        {"on": True, "mid": {"on": False, "low": {"port": "x"}}},
        {"global": {"g": {"b": 1}}},
        {"global": {"g": {"a": None}}},
        {"global": {"g": 1}},
        {"mid": {"global": {"g": {"c": 1}}}},
        {"mid": {"low": {"global": {"g": {"b": 2}}}}},
    ],
}

OURS: Final[list[dict[str, Any]]] = [
    {},
    {"persistence": {"size": "50Gb"}},
    {"ingres": {"enabled": True}},
    {"persistence": None},
    {"service": {"port": "5000"}},
    {"configuration": {"storage": {"delete": {"enabled": "yes"}}}},
    {"nodeSelector": {"a": 1}},
]


def write_chart(folder: Path, files: Files) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content), "utf-8")
    return folder


def refused_by_helm(chart: Path, given: dict[str, Any]) -> bool:
    arguments = [str(tool("helm")), "template", "release", str(chart), "--values", "-"]
    done = subprocess.run(arguments, input=json.dumps(given), capture_output=True, text=True)
    refused = "don't meet the specifications of the schema" in done.stderr
    # Our own chart refuses combinations in its templates, which are no matter of the schema.
    assert refused or done.returncode == 0 or "type mismatch" in done.stderr or "docker-registry" in done.stderr
    return refused or "type mismatch" in done.stderr


def refused_by_us(chart: Path, given: dict[str, Any]) -> bool:
    loaded = load_chart(chart)
    try:
        process_dependencies(loaded, given)
        found = check_values(loaded, coalesce(loaded, copy_values(given)))
    except ValueError:
        return True
    assert found.broken == []
    return bool(found.errors)


@pytest.mark.parametrize("name", CHARTS)
def test_values_are_refused_where_helm_refuses_them(name: str, tmp_path: Path) -> None:
    chart = write_chart(tmp_path, CHARTS[name])
    verdicts = {json.dumps(given): refused_by_helm(chart, given) for given in GIVEN[name]}
    assert {True, False} == set(verdicts.values())
    assert {json.dumps(given): refused_by_us(chart, given) for given in GIVEN[name]} == verdicts


def test_values_of_our_chart_are_refused_where_helm_refuses_them() -> None:
    verdicts = [refused_by_helm(CHART, given) for given in OURS]
    assert [refused_by_us(CHART, given) for given in OURS] == verdicts


SCHEMAS: Final[list[Any]] = [
    *(
        {"$schema": draft, "properties": {"port": {"type": "integer"}}}
        for draft in ("http://json-schema.org/schema#", "http://json-schema.org/draft-04/schema#", DRAFT_2020)
    ),
    {"$schema": DRAFT_7, "$id": "http://example.com/schema.json", "properties": {"port": {"type": "integer"}}},
    {"properties": {"port": {"type": "int"}}},
    {"properties": {"port": {"type": "integer"}, "host": {"required": True}}},
    {"properties": {"port": {"$ref": "#/definitions/missing"}}},
    {"properties": {"port": {"$ref": "#/$defs/port"}}, "$defs": {"port": {"type": "integer"}}},
    {"properties": {"port": {"type": "integer"}, "list": {"items": [{"type": "string"}]}}},
    [],
    True,
]


def test_a_schema_is_broken_only_where_helm_cannot_use_it(tmp_path: Path) -> None:
    for index, schema in enumerate(SCHEMAS):
        chart = write_chart(tmp_path / str(index), {"Chart.yaml": metadata("web"), "values.schema.json": schema})
        for given in ({"port": 1}, {"port": "x"}):
            loaded = load_chart(chart)
            found = check_values(loaded, coalesce(loaded, copy_values(given)))
            is_refused = bool(found.errors or found.broken)
            assert is_refused is refused_by_helm(chart, given), (schema, given)


def test_a_schema_with_a_pattern_that_only_go_can_read_is_not_checked(tmp_path: Path) -> None:
    schema = {"properties": {"name": {"pattern": "^[\\w-.]$"}}}
    chart = write_chart(tmp_path, {"Chart.yaml": metadata("web"), "values.schema.json": schema})
    assert not refused_by_helm(chart, {"name": "a"})
    assert not refused_by_us(chart, {"name": "a"})


def test_a_packaged_sub_chart_is_checked_as_its_directory(tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "parent", CHARTS["parent"])
    child = chart / "charts/child"
    subprocess.run([str(tool("helm")), "package", str(child), "--destination", str(chart / "charts")], check=True)
    shutil.rmtree(child)
    for given in GIVEN["parent"][:5]:
        assert refused_by_us(chart, given) is refused_by_helm(chart, given), given
    assert refused_by_us(chart, {"child": {"port": "1"}})


def test_a_packaged_chart_has_the_verdicts_of_its_directory(tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "parent", CHARTS["parent"])
    subprocess.run([str(tool("helm")), "package", str(chart), "--destination", str(tmp_path)], check=True)
    package = tmp_path / "parent-1.0.0.tgz"
    verdicts = [refused_by_us(chart, given) for given in GIVEN["parent"]]
    assert [refused_by_us(package, given) for given in GIVEN["parent"]] == verdicts
