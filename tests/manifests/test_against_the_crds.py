"""Our models and the CRDs of the pinned Flux agree: what constructs is what the API server accepts."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from registry_gitops.manifests import FluxKustomizationResource, HelmRelease, HelmRepository, OCIRepository, Resource

from .strategies import raw

Schema = dict[str, Any]
Field = tuple[str, Schema, Schema | None]

FILES: dict[type[Resource], str] = {
    HelmRelease: "helm.toolkit.fluxcd.io_helmreleases.yaml",
    HelmRepository: "source.toolkit.fluxcd.io_helmrepositories.yaml",
    OCIRepository: "source.toolkit.fluxcd.io_ocirepositories.yaml",
    FluxKustomizationResource: "kustomize.toolkit.fluxcd.io_kustomizations.yaml",
}

LEFT_OUT = {
    "HelmRelease.spec.install.skipCRDs": "deprecated: `crds: Skip` says the same",
    "HelmRelease.spec.rollback.recreate": "deprecated: without effect since Flux 2.8, which warns of it",
    "HelmRepository.spec.accessFrom": "not implemented by Flux, says its description",
    "FluxKustomizationResource.spec.namePrefix": "it renames the release, whose name the config file has",
    "FluxKustomizationResource.spec.nameSuffix": "it renames the release, whose name the config file has",
}

NARROWER = {
    "HelmRepository.spec.url": "the CRD admits any text after oci://; the controller wants host and path",
    "OCIRepository.spec.url": "the CRD admits any text after oci://; the controller wants host, path and no tag",
}

# The CRDs' rules in CEL, each with an object that breaks it and the place where we say so.
SOURCE = {"chart": {"spec": {"chart": "c", "sourceRef": {"kind": "GitRepository", "name": "g"}}}}
REF = {"chartRef": {"kind": "OCIRepository", "name": "c"}}
SECRET = {"name": "s"}
STRATEGY = {"strategy": {"name": "RemediateOnFailure", "retryInterval": "1m"}}
CEL: dict[tuple[str, str], list[tuple[Schema, tuple[str, ...]]]] = {
    ("spec", "(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))"): [
        ({}, ("spec",)),
        ({**SOURCE, **REF}, ("spec", "chartRef")),
    ],
    ("spec.install.strategy", "!has(self.retryInterval) || self.name != 'RemediateOnFailure'"): [
        ({**REF, "install": STRATEGY}, ("spec", "install", "strategy", "retryInterval"))
    ],
    ("spec.upgrade.strategy", "!has(self.retryInterval) || self.name == 'RetryOnFailure'"): [
        ({**REF, "upgrade": STRATEGY}, ("spec", "upgrade", "strategy", "retryInterval"))
    ],
    ("spec.kubeConfig", "has(self.configMapRef) || has(self.secretRef)"): [
        ({**REF, "kubeConfig": {}}, ("spec", "kubeConfig"))
    ],
    ("spec.kubeConfig", "!has(self.configMapRef) || !has(self.secretRef)"): [
        (
            {**REF, "kubeConfig": {"configMapRef": SECRET, "secretRef": SECRET}},
            ("spec", "kubeConfig", "secretRef"),
        )
    ],
}

each_kind = pytest.mark.parametrize("kind", FILES, ids=lambda kind: kind.__name__)


class Crds:
    """The CRDs that `make test` has built. (A class, so that a failing test does not print them whole.)"""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @functools.cache  # noqa: B019 - one object per session
    def definition(self, kind: type[Resource]) -> Schema:
        """The `spec` of the CustomResourceDefinition."""
        return dict(yaml.load((self._folder / FILES[kind]).read_text("utf-8"), yaml.CSafeLoader)["spec"])

    def version(self, kind: type[Resource]) -> Schema:
        """The version in which the API server stores objects."""
        (found,) = (each for each in self.definition(kind)["versions"] if each["storage"])
        return dict(found)

    @functools.cache  # noqa: B019 - one object per session
    def validator(self, kind: type[Resource]) -> Any:
        """The schema of the objects that users write, unknown keys refused as `kubectl --validate=strict` does."""
        schema = self.version(kind)["schema"]["openAPIV3Schema"]
        written = {name: field for name, field in schema["properties"].items() if name != "status"}
        return jsonschema_rs.validator_for(_strict({**schema, "properties": written}))

    @functools.cache  # noqa: B019 - one object per session
    def fields(self, kind: type[Resource]) -> tuple[Field, ...]:
        """Every field below `spec`: its path, its schema in the CRD, and our schema for it, if we have the field."""
        ours = kind.model_json_schema()
        mine = _resolved(ours["properties"]["spec"], ours["$defs"])
        theirs = self.version(kind)["schema"]["openAPIV3Schema"]["properties"]["spec"]
        return tuple(_pairs(f"{kind.__name__}.spec", theirs, mine))


@pytest.fixture(scope="session")
def flux(crds: Path) -> Crds:
    return Crds(crds)


@each_kind
def test_api_version_and_kind_are_those_of_the_crd(kind: type[Resource], flux: Crds) -> None:
    definition, version = flux.definition(kind), flux.version(kind)
    assert kind.model_fields["api_version"].default == f"{definition['group']}/{version['name']}"
    assert kind.model_fields["kind"].default == definition["names"]["kind"]


@each_kind
def test_fields_types_enums_lengths_and_required_keys_agree(kind: type[Resource], flux: Crds) -> None:
    assert list(_differences(flux.fields(kind))) == []


def test_every_exception_is_about_a_field_that_the_crds_have(flux: Crds) -> None:
    known = {path for kind in FILES for path, _, _ in flux.fields(kind)}
    assert LEFT_OUT.keys() | NARROWER.keys() <= known


@each_kind
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_texts_that_the_crd_admits_are_admitted_here(kind: type[Resource], flux: Crds, data: st.DataObject) -> None:
    patterned = [
        (theirs, ours)
        for path, theirs, ours in flux.fields(kind)
        if ours and "pattern" in theirs and path not in NARROWER
    ]
    theirs, ours = data.draw(st.sampled_from(patterned))
    text = data.draw(st.from_regex(re.compile(theirs["pattern"], re.ASCII), fullmatch=True))
    assert len(text) > theirs.get("maxLength", len(text)) or re.search(ours["pattern"], text)


def test_every_rule_in_cel_is_ours_too(flux: Crds) -> None:
    rules = {
        (path.split(".", 1)[1], rule["rule"])
        for kind in FILES
        for path, theirs, _ in flux.fields(kind)
        for rule in theirs.get("x-kubernetes-validations", ())
    }
    assert rules == CEL.keys()


@pytest.mark.parametrize(("spec", "place"), [case for cases in CEL.values() for case in cases])
def test_what_a_rule_in_cel_refuses_is_refused_here_at_its_place(spec: Schema, place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        HelmRelease.model_validate({"metadata": {"name": "r"}, "spec": spec})
    assert [error["loc"] for error in caught.value.errors()] == [place]


@each_kind
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_constructs_is_what_the_crd_accepts(kind: type[Resource], flux: Crds, data: st.DataObject) -> None:
    document = json.dumps(kind.model_validate(data.draw(raw(kind))).to_manifest_dict())
    assert [str(error) for error in flux.validator(kind).iter_errors(json.loads(document))] == []


def _strict(schema: Schema) -> Schema:
    found = dict(schema)
    if "items" in schema:
        found["items"] = _strict(schema["items"])
    if "properties" in schema:
        found["properties"] = {name: _strict(field) for name, field in schema["properties"].items()}
        found["additionalProperties"] = False
    return found


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Our schema with references followed and without "or null", which stands for "not set"."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        (one,) = (choice for choice in schema["anyOf"] if choice.get("type") != "null")
        return _resolved(one, definitions)
    found = dict(schema)
    if "items" in schema:
        found["items"] = _resolved(schema["items"], definitions)
    if "properties" in schema:
        defaulted = {name for name, field in schema["properties"].items() if field.get("default") is not None}
        # A default other than None is always rendered.
        found["required"] = sorted(defaulted.union(schema.get("required", ())))
        found["properties"] = {name: _resolved(field, definitions) for name, field in schema["properties"].items()}
    return found


def _pairs(path: str, theirs: Schema, ours: Schema | None) -> Iterator[Field]:
    yield path, theirs, ours
    for name, field in theirs.get("properties", {}).items():
        yield from _pairs(f"{path}.{name}", field, ours and ours.get("properties", {}).get(name))
    if "items" in theirs:
        yield from _pairs(f"{path}[]", theirs["items"], ours and ours.get("items"))


def _type_in_map(schema: Schema) -> str | None:
    (values,) = schema.get("patternProperties", {"": schema.get("additionalProperties")}).values()
    return values["type"] if isinstance(values, dict) else None


# What must be equal. An open object (`values`) has no type in the CRD.
FACTS: dict[str, Callable[[Schema], object]] = {
    "type": lambda schema: schema.get("type", "object"),
    "enum": lambda schema: sorted(schema.get("enum", [schema["const"]] if "const" in schema else ())),
    "required": lambda schema: sorted(schema.get("required", ())),
    "type in the map": _type_in_map,
}


def _differences(fields: tuple[Field, ...]) -> Iterator[str]:
    for path, theirs, ours in fields:
        if ours is None:
            if not any(path == left or path.startswith((f"{left}.", f"{left}[")) for left in LEFT_OUT):
                yield f"{path}: we do not have it"
            continue
        for what, read in FACTS.items():
            if read(theirs) != read(ours):
                yield f"{path}: {what} is {read(theirs)} in the CRD and {read(ours)} here"
        for name in ours.get("properties", {}).keys() - theirs.get("properties", {}).keys():
            yield f"{path}: the CRD has no {name}"
        if "maxLength" in theirs and theirs["maxLength"] != ours.get("maxLength"):
            yield f"{path}: at most {theirs['maxLength']} characters in the CRD and {ours.get('maxLength')} here"
        if "pattern" in theirs and "pattern" not in ours:
            yield f"{path}: only the CRD has a pattern"
        if theirs.get("minLength") and re.search(ours["pattern"], ""):
            yield f"{path}: the CRD does not admit empty text"
