"""Helm's merge of values: a port of helm.sh/helm/v4 pkg/chart/common/util/coalesce.go, whose names it keeps.

`merge` keeps null values: Helm merges where a later step coalesces, which deletes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

GLOBAL: Final = "global"

Values = dict[str, Any]


class _Chart(Protocol):
    name: str
    values: Values
    subcharts: list[Any]


def copy_values(value: Any) -> Any:
    """Return a deep copy of plain data. A text of any kind becomes a `str`, as jsonschema-rs wants it."""
    if isinstance(value, dict):
        return {str(key): copy_values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_values(item) for item in value]
    return str(value) if isinstance(value, str) else value


def merge_maps(low: Mapping[str, Any], high: Mapping[str, Any]) -> Values:
    """Return `low` with `high` over it, as values files are merged: null is a value."""
    merged = dict(low)
    for key, value in high.items():
        below = merged.get(key)
        merged[key] = merge_maps(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def coalesce(chart: _Chart, given: Values, *, merge: bool = False) -> Values:
    """Return the values of a chart and its sub-charts with `given` over them; `given` is changed.

    Raises ValueError if the values of a sub-chart are no mapping.
    """
    _coalesce_values(chart, given, merge=merge)
    for subchart in chart.subcharts:
        below = given.setdefault(subchart.name, {})
        if not isinstance(below, dict):
            raise ValueError(subchart.name)
        _coalesce_globals(below, given)
        given[subchart.name] = coalesce(subchart, below, merge=merge)
    return given


def coalesce_tables(high: Values, low: Values, *, merge: bool) -> Values:
    """Merge `low` into `high`, which is changed and returned."""
    set_below = {key for key, value in low.items() if value is not None}
    low.update(dict.fromkeys(key for key, value in high.items() if value is None))
    for key, value in low.items():
        if key not in high:
            high[key] = value
        elif high[key] is None and not merge and key in set_below:
            del high[key]
        elif isinstance(value, dict) and isinstance(high[key], dict):
            coalesce_tables(high[key], value, merge=merge)
    return high


def _coalesce_values(chart: _Chart, given: Values, *, merge: bool) -> None:
    names = {subchart.name for subchart in chart.subcharts}
    for key, default in copy_values(chart.values).items():
        if key not in given:
            if not merge:
                _delete_nulls(default)
            if merge or default is not None:
                given[key] = default
        elif given[key] is None and not merge:
            del given[key]
        elif isinstance(given[key], dict) and isinstance(default, dict):
            keeps_nulls = merge or key in names
            if not keeps_nulls:
                _delete_nulls(default)
            coalesce_tables(given[key], default, merge=keeps_nulls)


def _coalesce_globals(high: Values, low: Values) -> None:
    own, shared = high.get(GLOBAL, {}), low.get(GLOBAL, {})
    if not isinstance(own, dict) or not isinstance(shared, dict):
        return
    for key, value in shared.items():
        if isinstance(value, dict):
            copied = copy_values(value)
            if key not in own:
                own[key] = copied
            elif isinstance(own[key], dict):
                own[key] = coalesce_tables(copied, own[key], merge=True)
        elif not isinstance(own.get(key), dict):
            own[key] = value
    high[GLOBAL] = own


def _delete_nulls(value: Any) -> None:
    if isinstance(value, dict):
        for key in [key for key, item in value.items() if item is None]:
            del value[key]
        for item in value.values():
            _delete_nulls(item)
