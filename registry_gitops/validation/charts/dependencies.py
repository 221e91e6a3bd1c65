"""Which sub-charts of a chart are in force: a port of helm.sh/helm/v4 pkg/chart/v2/util/dependencies.go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry_gitops.validation.charts.helm_chart import ChartDependency, HelmChart
from registry_gitops.validation.charts.merging import Values, coalesce, coalesce_tables, copy_values


def process_dependencies(chart: HelmChart, given: Mapping[str, Any]) -> None:
    """Leave the sub-charts that `given` enables, under their aliases, and import their values. Changes `chart`.

    Raises ValueError if the values of a sub-chart are no mapping.
    """
    _enable(chart, given, "")
    _import_all(chart)


def _enable(chart: HelmChart, given: Mapping[str, Any], prefix: str) -> None:
    if not chart.dependencies:
        return
    names = {dependency.name for dependency in chart.dependencies}
    listed = [chart.find_subchart(dependency) for dependency in chart.dependencies]
    unlisted = [subchart for subchart in chart.subcharts if subchart.name not in names]
    chart.subcharts = [*unlisted, *(subchart for subchart in listed if subchart)]
    values = coalesce(chart, copy_values(given))
    disabled = {each.key for each in chart.dependencies if not _is_enabled(each, values, prefix)}
    chart.dependencies = [each for each in chart.dependencies if each.key not in disabled]
    chart.subcharts = [subchart for subchart in chart.subcharts if subchart.name not in disabled]
    for subchart in chart.subcharts:
        _enable(subchart, values, f"{prefix}{subchart.name}.")


def _is_enabled(dependency: ChartDependency, values: Values, prefix: str) -> bool:
    for condition in dependency.condition.strip().split(","):
        value = _value_at(values, prefix + condition) if condition else None
        if isinstance(value, bool):
            return value
    tags = values.get("tags")
    found = [tags.get(tag) for tag in dependency.tags] if isinstance(tags, dict) else []
    return any(tag is True for tag in found) or not any(tag is False for tag in found)


def _value_at(values: Any, path: str) -> Any:
    for step in path.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    return values


def _import_all(chart: HelmChart) -> None:
    for subchart in chart.subcharts:
        _import_all(subchart)
    if not chart.dependencies:
        return
    values = coalesce(chart, {}, merge=True)
    imported: Values = {}
    for dependency in chart.dependencies:
        for child, parent in dependency.imports:
            table = _value_at(values, f"{dependency.key}.{child}")
            if isinstance(table, dict):
                imported = coalesce_tables(imported, _nest(parent, copy_values(table)), merge=True)
    chart.values = coalesce_tables(copy_values(values), imported, merge=True)


def _nest(path: str, table: Values) -> Values:
    if path == ".":
        return table
    for step in reversed(path.split(".")):
        table = {step: table}
    return table
