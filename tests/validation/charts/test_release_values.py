"""Which values count: valuesFrom, valuesFiles, patches, variables, sub-charts, and charts that are named."""

from __future__ import annotations

import copy
import functools
import json
import operator
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from registry_gitops.documents import SourceFile, YAMLDocument, read_documents
from registry_gitops.repository import FluxRepository
from registry_gitops.validation import ValidationOptions, examine
from registry_gitops.validation.charts import find_chart_problems

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "port": {"type": "integer"},
        "host": {"type": "string"},
        "storage": {
            "type": "object",
            "properties": {"type": {"enum": ["disk", "s3"]}, "bucket": {"type": "string"}},
            "if": {"properties": {"type": {"const": "s3"}}, "required": ["type"]},
            "then": {"required": ["bucket"]},
        },
        "sub": {"type": "object"},
        "global": {},
    },
    "required": ["host"],
    "additionalProperties": False,
}

Found = set[tuple[str, str, str]]


class Repository:
    """A Git repository with one chart, and one HelmRelease of it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        (root / ".git").mkdir()
        monkeypatch.chdir(root)
        self.write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        self.write("chart/values.yaml", "port: 80\n")
        self.write("chart/values.schema.json", json.dumps(SCHEMA))

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(dedent(text), "utf-8")

    def release(self, spec: str, chart: str = "") -> None:
        chart = (
            chart
            or """
            chart:
              spec:
                chart: ./chart
                sourceRef: {kind: GitRepository, name: flux-system}
        """
        )
        head = (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\nspec:\n"
        )
        self.write("apps/web.yaml", head + indent(dedent(chart).strip("\n") + "\n" + dedent(spec), "  "))

    def findings(self, *paths: str, **charts: str) -> Found:
        names = [str(path) for path in Path("apps").rglob("*.yaml")]
        found = examine([*names, *paths], ValidationOptions(charts=charts)).findings
        assert all(each.remedy for each in found)
        return {(each.id, each.location.position, each.location.key) for each in found if "chart" in each.id}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    return Repository(tmp_path, monkeypatch)


def keys(found: Found) -> list[str]:
    return sorted(key for _, _, key in found)


def test_values_are_merged_over_those_of_the_chart(repository: Repository) -> None:
    repository.release("values: {host: a}")
    assert repository.findings() == set()
    repository.release("values: {host: a, port: null}")
    assert repository.findings() == set()


def test_a_missing_value_is_reported_at_the_values(repository: Repository) -> None:
    repository.release("values:\n  port: 1")
    assert repository.findings() == {("chart-values", "apps/web.yaml:10:5", "spec.values")}


def test_a_missing_value_is_a_warning_while_other_files_are_not_in_sight(repository: Repository) -> None:
    repository.release("values: {port: 1}")
    severities = [
        [each.severity for each in examine([path]).findings if each.id == "chart-values"] for path in (".", "apps")
    ]
    assert severities == [["error"], ["warning"]]


def test_no_value_is_missing_while_values_are_not_in_sight(repository: Repository) -> None:
    repository.release("valuesFrom: [{kind: Secret, name: later}]\nvalues: {storage: {type: s3}, port: x}")
    assert keys(repository.findings()) == ["spec.values.port"]


def test_what_valuesfrom_overrides_is_not_reported_but_inline_values_win(repository: Repository) -> None:
    repository.write("chart/values.yaml", "port: eighty\nhost: a\n")
    repository.release("valuesFrom: [{kind: Secret, name: later}]")
    assert repository.findings() == set()
    repository.release("")
    assert repository.findings() == {("chart-defaults", "chart/values.yaml:1:7", "port")}


@pytest.mark.parametrize("target", ["storage.type", "storage.type[0].a", r"storage\.x"])
def test_a_value_with_a_target_path_satisfies_everything(target: str, repository: Repository) -> None:
    repository.release(
        f"valuesFrom: [{{kind: Secret, name: later, valuesKey: a, targetPath: '{target}'}}]\n"
        "values: {host: a, storage: {type: s3, bucket: b}}"
    )
    assert repository.findings() == set()


@pytest.mark.parametrize("later", ["${TYPE}", "prefix-${TYPE}", "ENC[AES256_GCM,data:A=,iv:A=,tag:A=,type:str]"])
def test_a_value_that_is_decided_later_satisfies_everything(later: str, repository: Repository) -> None:
    repository.release(f"values: {{host: '{later}', port: '{later}', storage: {{type: '{later}'}}}}")
    assert repository.findings() == set()


def test_values_of_a_configmap_in_the_repository_count(repository: Repository) -> None:
    repository.release("valuesFrom: [{kind: ConfigMap, name: web}]\nvalues: {port: 1}")
    repository.write(
        "apps/values.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web, namespace: web}
        data:
          values.yaml: |
            host: [a]
        """,
    )
    assert repository.findings() == {("chart-values", "apps/values.yaml:7:11", "data.values.yaml.host")}


def test_values_of_a_generated_configmap_are_reported_in_their_file(repository: Repository) -> None:
    repository.release("valuesFrom: [{kind: ConfigMap, name: web}]\nvalues: {host: a}")
    repository.write(
        "apps/kustomization.yaml",
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [web.yaml]
        configMapGenerator:
          - name: web
            files: [values.yaml=./web-values.yaml]
        """,
    )
    repository.write("apps/web-values.yaml", "storage:\n  type: tape\n")
    assert repository.findings() == {("chart-values", "apps/web-values.yaml:2:9", "storage.type")}


def test_values_that_a_patch_in_sight_changes_are_left_to_the_build(repository: Repository) -> None:
    repository.release("values: {host: a, port: x, storage: {type: tape}}")
    repository.write(
        "apps/overlay/kustomization.yaml",
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [../web.yaml]
        patches:
          - target: {kind: HelmRelease}
            patch: |
              - {op: replace, path: /spec/values/port, value: 1}
        """,
    )
    assert keys(repository.findings()) == ["spec.values.storage.type"]


def test_values_of_a_sub_chart_are_checked_by_its_schema(repository: Repository) -> None:
    repository.write(
        "chart/Chart.yaml",
        """
        apiVersion: v2
        name: web
        version: 1.0.0
        dependencies:
          - {name: base, alias: sub, version: 1.x, repository: "file://../base", condition: sub.enabled}
        """,
    )
    repository.write("base/Chart.yaml", "apiVersion: v2\nname: base\nversion: 1.0.0\n")
    repository.write("base/values.schema.json", json.dumps({"properties": {"size": {"type": "integer"}}}))
    repository.release("values: {host: a, sub: {size: large}}")
    assert keys(repository.findings()) == ["spec.values.sub.size"]
    repository.release("values: {host: a, sub: {size: large, enabled: false}}")
    assert repository.findings() == set()


def test_values_files_replace_the_values_of_the_chart(repository: Repository) -> None:
    repository.write("prod.yaml", "host: a\nport: eighty\n")
    repository.release(
        "",
        """
        chart:
          spec:
            chart: ./chart
            valuesFiles: [./chart/values.yaml, ./prod.yaml]
            sourceRef: {kind: GitRepository, name: flux-system}
        """,
    )
    assert repository.findings() == {("chart-defaults", "prod.yaml:2:7", "port")}


def test_a_chart_from_a_registry_is_checked_if_it_is_named(repository: Repository) -> None:
    chart = """
        chart:
          spec:
            chart: web
            version: 1.x
            sourceRef: {kind: HelmRepository, name: example}
    """
    repository.release("values: {hots: a}", chart)
    assert repository.findings() == set()
    assert keys(repository.findings(web="chart")) == ["spec.values", "spec.values.hots"]
    repository.release("values: {host: 1}", "chartRef: {kind: OCIRepository, name: web-source}")
    assert keys(repository.findings(**{"web-source": "chart"})) == ["spec.values.host"]


def test_a_chart_of_another_repository_is_not_looked_for_here(repository: Repository) -> None:
    repository.release("values: {port: x}")
    repository.write(
        "apps/source.yaml",
        """
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: GitRepository
        metadata: {name: flux-system, namespace: web}
        spec: {interval: 1h, url: "https://git.example.com/other"}
        """,
    )
    assert repository.findings() == set()


def test_a_release_that_skips_the_schemas_is_left_alone(repository: Repository) -> None:
    skip = "disableSchemaValidation: true"
    repository.release(f"install: {{{skip}}}\nupgrade: {{{skip}}}\nvalues: {{port: x}}")
    assert repository.findings() == set()


def test_a_schema_on_the_network_is_not_fetched(repository: Repository) -> None:
    repository.write("chart/values.schema.json", '{"$ref": "https://example.com/schema.json"}')
    repository.release("values: {port: x}")
    assert repository.findings() == set()


@pytest.mark.parametrize(
    ("file", "text", "position"),
    [
        ("values.schema.json", '{"type": "objekt"}', "1:1"),
        ("values.schema.json", '{\n  "type":\n}', "3:1"),
        ("values.yaml", "port: 1\n  host: a\n", "2:7"),
        ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 32.04.1\n", "3:10"),
        ("Chart.yaml", "apiVersion: v2\nname: web\n", "1:1"),
        ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: lib\n", "4:7"),
    ],
)
def test_a_chart_that_helm_cannot_load_is_reported_at_its_line(
    file: str, text: str, position: str, repository: Repository
) -> None:
    repository.release("values: {host: a}")
    repository.write(f"chart/{file}", text)
    assert {(rule, place) for rule, place, _ in repository.findings()} == {("broken-chart", f"chart/{file}:{position}")}


def test_a_value_is_not_repeated(repository: Repository) -> None:
    repository.release("values: {host: a, port: hunter2, storage: {type: hunter2}}")
    found = [each for each in examine(["apps/web.yaml"]).findings if each.id == "chart-values"]
    assert len(found) == 2
    assert not any("hunter2" in f"{each.message}{each.remedy}" for each in found)


OTHER_TYPES: tuple[Any, ...] = (None, 5, "", True, [], [None], {}, {"a": None}, [{}], "${X}")


def test_values_of_other_types_end_no_run(repository: Repository) -> None:
    repository.release(
        "valuesFrom: [{kind: ConfigMap, name: web, valuesKey: a, targetPath: a.b}, {kind: Secret, name: web}]\n"
        "values: {host: a, storage: {type: s3}}",
        """
        chart:
          spec:
            chart: ./chart
            valuesFiles: [./chart/values.yaml]
            sourceRef: {kind: GitRepository, name: flux-system, namespace: web}
        """,
    )
    (document,) = read_documents(SourceFile("apps/web.yaml", Path("apps/web.yaml").read_text("utf-8")))
    for path in [path for path in paths(document.value) if path[:1] not in ((), ("apiVersion",), ("kind",))]:
        for other in OTHER_TYPES:
            value = copy.deepcopy(document.value)
            functools.reduce(operator.getitem, path[:-1], value)[path[-1]] = other
            changed = YAMLDocument(document.source, document.text, 1, value, document.role)
            for _ in find_chart_problems(FluxRepository([changed], str(repository.root)), {}):
                pass


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value in plain data."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from paths(item, (*path, step))
