"""What a values.schema.json refuses, chart by chart, as Helm checks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from registry_gitops.documents import Path
from registry_gitops.masking import show_key
from registry_gitops.validation.charts.helm_chart import HelmChart
from registry_gitops.validation.charts.merging import Values

_OF_CONTAINER: Final = frozenset(
    [
        *["anyOf", "oneOf", "not", "contains", "required", "minProperties", "maxProperties", "minItems", "maxItems"],
        *["uniqueItems", "const", "enum", "falseSchema", "unevaluatedItems"],
    ]
)
"""Kinds of errors that what is below the value can cause."""

_CONDITIONAL: Final = frozenset({"if", "then", "else", "anyOf", "oneOf", "not", "dependentSchemas", "dependencies"})
"""Keywords whose subschemas can be in force because of another value."""

_MAX_NAMES: Final = 20


@dataclass(frozen=True)
class SchemaError:
    """One thing that a schema refuses."""

    chart: HelmChart
    """The chart whose schema it is."""
    path: Path
    """Path of the value in the values of the release."""
    kind: str
    """Keyword of the schema, such as type or required; `unknown` for a key that the schema does not allow."""
    message: str
    """What must be so, without the value."""
    remedy: str
    name: str = ""
    """The property that is missing, or not allowed."""
    is_conditional: bool = False
    """Whether another value can have caused it."""


@dataclass
class ValuesCheck:
    """What the schemas of a chart and its sub-charts say against values."""

    errors: list[SchemaError] = field(default_factory=list)
    broken: list[HelmChart] = field(default_factory=list)
    """Charts whose schema Helm cannot use."""


def check_values(chart: HelmChart, values: Values) -> ValuesCheck:
    """Return what the schemas of a chart with processed dependencies say against its merged values."""
    found = ValuesCheck()
    _check(chart, values, (), found)
    return found


def _check(chart: HelmChart, values: Any, path: Path, found: ValuesCheck) -> None:
    if chart.schema_text:
        found.errors += _errors(chart, values, path, found)
    for subchart in chart.subcharts:
        below = values.get(subchart.name) if isinstance(values, dict) else None
        if isinstance(below, dict):
            _check(subchart, below, (*path, subchart.name), found)


def _errors(chart: HelmChart, values: Values, path: Path, found: ValuesCheck) -> Iterator[SchemaError]:
    validator = _validator(chart.schema_text)
    if validator is None:
        found.broken.append(chart)
        return
    if isinstance(validator, _Elsewhere) or validator.is_valid(values):
        return
    for error in validator.iter_errors(values):
        yield from _convert(chart, error, path)


class _Elsewhere:
    """A schema that only Helm can use: it refers to one on the network, or has a regular expression of Go."""


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    """Return the compiled schema, None if Helm cannot use it, or _Elsewhere."""
    # Imported here, because most runs check no chart: it takes 10 ms.
    import jsonschema_rs

    def refuse(uri: str) -> Any:
        raise ValueError(uri)

    content = json.loads(schema)
    try:
        return jsonschema_rs.validator_for(content, retriever=refuse, mask="the value")
    except (ValueError, jsonschema_rs.ReferencingError, jsonschema_rs.ValidationError) as error:
        if getattr(getattr(error, "kind", None), "name", "") == "format":
            return _Elsewhere()  # Go can read a regular expression that Rust cannot.
        return _Elsewhere() if re.search(r'"\$(ref|schema|dynamicRef)": *"(?!#)', schema) else None


def _convert(chart: HelmChart, error: Any, prefix: Path) -> Iterator[SchemaError]:
    error = _deepest(error)
    path, kind = (*prefix, *error.instance_path), error.kind.name
    is_conditional = not _CONDITIONAL.isdisjoint(error.schema_path)
    if kind in ("additionalProperties", "unevaluatedProperties"):
        known = _known(json.loads(chart.schema_text), error.schema_path[:-1])
        for name in error.kind.unexpected:
            message, remedy = _unknown(chart, name, known)
            yield SchemaError(chart, (*path, name), "unknown", message, remedy, name, is_conditional)
        return
    name = error.kind.property if kind == "required" else ""
    message, remedy = _sentence(chart, error, name)
    yield SchemaError(chart, path, kind, message, remedy, name, is_conditional)


def _deepest(error: Any) -> Any:
    """Return the error of a branch of anyOf or oneOf that went furthest, or the error itself."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        return error
    closest = min((branch for branch in branches if branch), key=len, default=None)
    if closest is None or (len(branches) > 1 and len(closest) > 1):
        return error
    inner = max(closest, key=lambda each: len(each.instance_path))
    return inner if len(inner.instance_path) > len(error.instance_path) else error


def _sentence(chart: HelmChart, error: Any, name: str) -> tuple[str, str]:
    who = f"chart {chart.name}"
    match error.kind.name:
        case "type":
            types = " or ".join(sorted(error.kind.types))
            return f"{who} refuses this value: it must be of the type {types}", f"write a value of the type {types}"
        case "enum":
            options = _list_options(error.kind.options)
            return f"{who} refuses this value: it must be {options}", f"write {options}"
        case "required":
            return f"{who} needs the value {show_key(name)} here", f"set {show_key(name)}"
        case _:
            message = re.sub(r'^"?the value"? ', "it ", error.message)
            return f"{who} refuses this value: {message}", "write a value that values.schema.json of the chart allows"


def _list_options(options: list[Any]) -> str:
    shown = [option if isinstance(option, str) else json.dumps(option) for option in options]
    return f"one of {', '.join(shown[:_MAX_NAMES])}" if len(shown) > 1 else ", ".join(shown)


def _unknown(chart: HelmChart, name: str, known: list[str]) -> tuple[str, str]:
    from difflib import get_close_matches

    message = f"chart {chart.name} has no value {show_key(name)} here, and refuses it"
    near = get_close_matches(_fold(name), {_fold(each): each for each in known}, n=1, cutoff=0.6)
    nearest = next((each for each in known if near and _fold(each) == near[0]), "")
    return message, f'write "{nearest}", or remove it' if nearest else "remove it"


def _fold(key: str) -> str:
    return re.sub("[_-]", "", key).lower()


def _known(schema: Any, path: list[str | int]) -> list[str]:
    """Return the properties that the schema at a path of keywords allows."""
    at = schema
    for step in path:
        at = _resolve(schema, at["$ref"]) if step == "$ref" and isinstance(at, dict) else _child(at, step)
    properties = at.get("properties") if isinstance(at, dict) else None
    return list(properties) if isinstance(properties, dict) else []


def _resolve(schema: Any, reference: object) -> Any:
    at = schema
    for step in str(reference).removeprefix("#").split("/")[1:]:
        at = _child(at, step.replace("~1", "/").replace("~0", "~"))
    return at


def _child(at: Any, step: str | int) -> Any:
    if isinstance(at, list):
        return at[int(step)] if str(step).isdecimal() and int(step) < len(at) else None
    return at.get(step) if isinstance(at, dict) else None


def is_certain(error: SchemaError) -> bool:
    """Whether an error stays one, whatever is added or changed below the value or elsewhere."""
    return not error.is_conditional and error.kind not in _OF_CONTAINER
