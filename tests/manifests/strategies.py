"""Objects of every kind, drawn from the JSON Schemas of our models and mended where a rule spans several fields."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from registry_gitops.amounts import parse_duration
from registry_gitops.manifests import Document

Raw = dict[str, Any]
Schema = dict[str, Any]

_INT64 = 2**63 - 1
_MOST_OPTIONAL_FIELDS = 5
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-_INT64, _INT64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@functools.cache
def raw(kind: type[Document]) -> st.SearchStrategy[Raw]:
    """What a user could write for an object of this kind: keys as in YAML, plain values, None here and there."""
    return _Drawer(kind.model_json_schema()).whole


class _Drawer:
    """Turns one JSON Schema, as pydantic writes it, into a strategy."""

    def __init__(self, schema: Schema) -> None:
        self._definitions = schema.get("$defs", {})
        self.whole = self._object(schema)

    def _any(self, schema: Schema) -> st.SearchStrategy[Any]:
        if "$ref" in schema:
            return self._defined(schema["$ref"].rsplit("/", 1)[1])
        if "anyOf" in schema:
            return st.one_of([self._any(choice) for choice in schema["anyOf"]])
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        draw: dict[str, Callable[[Schema], st.SearchStrategy[Any]]] = {
            "string": _text,
            "integer": lambda found: st.integers(found.get("minimum", -_INT64), _INT64),
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "array": lambda found: st.lists(self._any(found["items"]), min_size=found.get("minItems", 0), max_size=2),
            "object": self._object,
        }
        return draw[schema["type"]](schema)

    @functools.cache  # noqa: B019 - lives as long as its schema
    def _defined(self, name: str) -> st.SearchStrategy[Any]:
        return self._object(self._definitions[name])

    def _object(self, schema: Schema) -> st.SearchStrategy[Raw]:
        if "properties" not in schema:
            ((pattern, values),) = schema.get("patternProperties", {"": None}).items()
            if values is None:
                return st.dictionaries(st.text(), _JSON, max_size=2)
            keys = _text({"pattern": pattern, **schema["propertyNames"]})
            return st.dictionaries(keys, self._any(values), max_size=2)
        fields = {name: self._any(found) for name, found in schema["properties"].items()}
        needed = frozenset(schema.get("required", ()))
        optional = sorted(fields.keys() - needed)
        few = st.sets(st.sampled_from(optional), max_size=_MOST_OPTIONAL_FIELDS) if optional else st.just(set[str]())
        chosen = few.flatmap(lambda more: st.fixed_dictionaries({name: fields[name] for name in sorted(needed | more)}))
        return chosen.map(lambda found: mended(schema["title"], found))


def _text(schema: Schema) -> st.SearchStrategy[str]:
    pattern = schema.get("pattern")
    if pattern is None:
        return st.text()
    longest = schema.get("maxLength", _INT64)
    texts: st.SearchStrategy[str] = st.from_regex(str(pattern), fullmatch=pattern.startswith("^"))
    if "(ms|s|m" in pattern:
        texts = texts.filter(_is_countable)
    return texts.filter(lambda text: len(text) <= longest)


def _is_countable(duration: str) -> bool:
    """Return whether Go can count a duration, which no pattern of a JSON Schema says."""
    try:
        parse_duration(duration)
    except ValueError:
        return False
    return True


def mended(title: str, found: Raw) -> Raw:
    """The object with what its rules ask for, as far as no JSON Schema can say it."""
    mend = _MEND.get(title)
    return mend(dict(found)) if mend else found


def _one_of(first: str, second: str, otherwise: Raw) -> Callable[[Raw], Raw]:
    def mend(found: Raw) -> Raw:
        if found.get(first) is None and found.get(second) is None:
            return {**found, **otherwise}
        return {**found, second: None} if found.get(first) is not None else found

    return mend


def _with_target(found: Raw) -> Raw:
    return found if found.get("target") is not None else {**found, "target": {"kind": "Service"}}


def _patch(found: Raw) -> Raw:
    return _with_target(_one_of("path", "patch", {"path": "patch.yaml"})(found))


def _chart_of_its_source(found: Raw) -> Raw:
    if found["sourceRef"]["kind"] == "HelmRepository":
        return {**found, "chart": "docker-registry"}
    return {**found, "chart": f"./{found['chart']}", "verify": None}


def _helm_repository(found: Raw) -> Raw:
    if found["url"].startswith("oci://"):
        return {**found, "type": "oci"}
    return {**found, "type": "default", "provider": None, "insecure": None}


def _secret_for_notation(found: Raw) -> Raw:
    return {**found, "secretRef": {"name": "trust"}} if found.get("provider") == "notation" else found


def _needs(field: str, other: str, value: Any) -> Callable[[Raw], Raw]:
    def mend(found: Raw) -> Raw:
        return {**found, other: value} if found.get(field) and found.get(other) is None else found

    return mend


_CHART_REF: Raw = {"chartRef": {"kind": "OCIRepository", "name": "chart"}}
_MEND: dict[str, Callable[[Raw], Raw]] = {
    "ActionStrategy": lambda found: {**found, "name": "RetryOnFailure"} if found.get("retryInterval") else found,
    "ChartTemplateSpec": _chart_of_its_source,
    "ChartVerification": _secret_for_notation,
    "FluxKustomizationResource": lambda found: {**found, "metadata": {**found["metadata"], "name": "not-0-itself"}},
    "FluxKustomizationSpec": lambda found: {**found, "wait": True, "healthChecks": None},
    "HelmRelease": lambda found: {**found, "metadata": {**found["metadata"], "name": "release-of-the-test"}},
    "HelmReleaseSpec": _one_of("chart", "chartRef", _CHART_REF),
    "HelmRepositorySpec": _helm_repository,
    "KubeConfig": _one_of("configMapRef", "secretRef", {"secretRef": {"name": "kubeconfig"}}),
    "Kustomization": lambda found: {**found, "resources": list(dict.fromkeys(found["resources"]))},
    "KustomizePatch": _patch,
    "Namespace": lambda found: {**found, "metadata": {**found["metadata"], "name": "registry", "namespace": None}},
    "OCIReference": _needs("semverFilter", "semver", "*"),
    "PostRenderPatch": _with_target,
    "ValuesReference": _needs("literal", "targetPath", "auth.htpasswd.password"),
    "Verification": _secret_for_notation,
}
