"""No value of any model can change: lists are tuples, mappings are frozen, and everything can be hashed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from pydantic import ValidationError

from registry_gitops import KustomizationOptions, RegistryDeployment, RegistryValues, load
from registry_gitops.deployment import find_configs
from registry_gitops.manifests import ChartReference, HelmReleaseOptions, HelmReleaseSpec, KustomizePatch, LabelSet
from registry_gitops.model import FrozenDict, Model
from registry_gitops.values import Toleration
from registry_gitops.values.configuration import Configuration
from tests.support.frozen import mutable

ROOT = Path(__file__).parents[2]
EXAMPLES = find_configs([ROOT / "examples"]).paths
FACES = ["deployment", "values", "values.configuration", "manifests", "report", "cluster.status", "secrets"]


def subclasses(model: type[Model]) -> Iterator[type[Model]]:
    for found in model.__subclasses__():
        if found.__module__.startswith("registry_gitops."):
            yield found
        yield from subclasses(found)


for face in FACES:
    import_module(f"registry_gitops.{face}")
MODELS = sorted(set(subclasses(Model)), key=lambda model: (model.__module__, model.__qualname__))
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.__module__[16:]}.{model.__name__}")


@pytest.fixture
def described() -> RegistryDeployment:
    """A deployment with a list or mapping wherever a user is likely to write one."""
    text = (
        "values:\n"
        "  tolerations: [{key: dedicated, operator: Exists}]\n"
        "  podLabels: {team: a}\n"
        "  configuration:\n"
        "    log: {fields: {region: eu}, accesslog: {disabled: true}}\n"
        "    http: {headers: {X-Content-Type-Options: [nosniff]}}\n"
        "    health: {http: [{uri: https://example.com/, headers: {Accept: [text/html]}}]}\n"
        "  affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [\n"
        "    {weight: 1, preference: {matchExpressions: [{key: a, operator: In, values: [b]}]}}]}}\n"
        "release: {valuesFrom: [{kind: Secret, name: more}]}\n"
        "kustomization: {resources: [secret.yaml], labels: [{pairs: {team: a}, fields: [{path: spec}]}]}\n"
    )

    return RegistryDeployment.model_validate(yaml.safe_load(text), by_alias=True, by_name=False)


@each_model
def test_no_field_keeps_a_list_a_dict_or_a_set(model: type[Model]) -> None:
    def keeps_mutable(annotation: Any, metadata: Sequence[object]) -> bool:
        origin = get_origin(annotation) or annotation
        if origin in (list, dict, set) or (origin in (Sequence, Mapping) and not metadata):
            return True
        if hasattr(annotation, "__metadata__"):
            return keeps_mutable(annotation.__origin__, annotation.__metadata__)
        return any(keeps_mutable(each, ()) for each in get_args(annotation))

    for name, field in model.model_fields.items():
        assert not keeps_mutable(field.annotation, field.metadata), f"{model.__name__}.{name}"


@each_model
def test_no_default_can_be_changed(model: type[Model]) -> None:
    for name, field in model.model_fields.items():
        if not field.is_required():
            assert mutable(field.get_default(call_default_factory=True)) == [], name


def test_nothing_that_was_read_can_be_changed(described: RegistryDeployment) -> None:
    assert mutable(described) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_no_example_can_be_changed(path: Path) -> None:
    deployment = load(path)
    assert mutable(deployment) == []
    assert hash(deployment) == hash(load(path))


def test_lists_and_dicts_of_a_program_are_copied() -> None:
    tolerations, labels = [Toleration(operator="Exists")], {"team": "a"}
    values = RegistryValues(tolerations=tolerations, pod_labels=labels)
    tolerations.clear()
    labels["team"] = "b"
    assert values.tolerations == (Toleration(operator="Exists"),)
    assert values.pod_labels == {"team": "a"}


def test_open_values_are_frozen_at_any_depth_and_render_as_they_were() -> None:
    values: dict[str, Any] = {"a": {"b": [1, {"c": None}]}, "d": ()}
    spec = HelmReleaseSpec(chart_ref=ChartReference(kind="OCIRepository", name="chart"), values=values)
    values["a"]["b"].append(2)
    assert mutable(spec) == []
    assert spec.to_manifest_dict()["values"] == {"a": {"b": [1, {"c": None}]}, "d": []}
    assert isinstance(hash(spec), int)


def test_adding_to_a_default_fails_and_changes_no_later_deployment() -> None:
    deployment = RegistryDeployment()
    with pytest.raises(AttributeError):
        deployment.values.tolerations.append(Toleration(operator="Exists"))  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        deployment.values.pod_labels["team"] = "a"  # type: ignore[index]
    deployment.values.model_fields_set.add("replica_count")
    assert RegistryDeployment().to_config_dict() == {}
    assert RegistryDeployment(values=deployment.values).to_config_dict() == {"values": {}}


def test_equal_deployments_hash_equally_however_they_were_written(described: RegistryDeployment) -> None:
    again = RegistryDeployment.model_validate(described.to_config_dict())
    assert again == described
    assert hash(again) == hash(described)
    ours = RegistryValues(common_labels={"a": "1", "b": "2"}, tolerations=(Toleration(operator="Exists"),))
    theirs = RegistryValues(common_labels={"b": "2", "a": "1"}, tolerations=[Toleration(operator="Exists")])
    assert {ours, theirs} == {ours}


def test_copies_equal_the_original_and_can_be_hashed(described: RegistryDeployment) -> None:
    for twin in (copy.copy(described), copy.deepcopy(described), pickle.loads(pickle.dumps(described))):
        assert twin == described
        assert hash(twin) == hash(described)
        assert twin.to_config_dict() == described.to_config_dict()


def test_to_dict_returns_lists_and_dicts_that_belong_to_the_caller(described: RegistryDeployment) -> None:
    plain = described.to_config_dict()
    plain["values"]["tolerations"].append({})
    plain["values"]["podLabels"]["team"] = "b"
    plain["values"]["configuration"]["http"]["headers"]["X-Content-Type-Options"].clear()
    assert described.to_config_dict() != plain
    assert described.values.pod_labels == {"team": "a"}


def test_to_dict_and_model_dump_return_the_same(described: RegistryDeployment) -> None:
    expected = described.to_config_dict()
    assert described.model_dump(exclude_unset=True) == expected
    assert RegistryDeployment.model_validate_json(described.model_dump_json(exclude_unset=True)) == described


@pytest.mark.parametrize("value", ["text", {"a": 1}, {1, 2}, 5, iter([])])
def test_what_is_no_list_is_refused(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate({"tolerations": value})
    assert [error["type"] for error in caught.value.errors()] == ["list_type"]


@pytest.mark.parametrize("value", ["text", ["a"], [("a", "b")], 5])
def test_what_is_no_mapping_is_refused(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate({"podLabels": value})
    assert [error["type"] for error in caught.value.errors()] == ["dict_type"]


def test_an_error_in_a_list_or_mapping_names_its_entry() -> None:
    with pytest.raises(ValidationError) as caught:
        Configuration.model_validate({"health": {"http": [{"uri": "https://a.b", "headers": {"A": ["x", 1]}}]}})
    assert [error["loc"] for error in caught.value.errors()] == [("health", "http", 0, "headers", "A", 1)]


def test_a_frozen_dict_is_a_mapping_without_mutators() -> None:
    frozen = FrozenDict({"a": 1, "b": 2})
    assert frozen == {"b": 2, "a": 1}
    assert dict.__eq__({"a": 1, "b": 2}, frozen) is NotImplemented  # so that Python asks the FrozenDict
    assert frozen != {"a": 1}
    assert {**frozen, "c": 3} == {"a": 1, "b": 2, "c": 3}
    assert hash(frozen) == hash(FrozenDict({"b": 2, "a": 1}))
    assert repr(frozen) == "FrozenDict({'a': 1, 'b': 2})"
    assert {*dir(frozen)}.isdisjoint({"update", "pop", "clear", "setdefault", "popitem", "__setitem__", "__delitem__"})
    assert copy.deepcopy(frozen) is copy.copy(frozen) is frozen
    assert pickle.loads(pickle.dumps(frozen)) == frozen


def test_a_model_takes_what_another_model_holds() -> None:
    first = RegistryValues(pod_labels={"team": "a"}, tolerations=[Toleration(operator="Exists")])
    second = RegistryValues(pod_labels=first.pod_labels, tolerations=first.tolerations)
    assert first == second


def test_nested_options_of_a_program_are_frozen() -> None:
    options = KustomizationOptions(
        resources=["secret.yaml"],
        labels=[LabelSet(pairs={"team": "a"})],
        patches=[KustomizePatch(path="patch.yaml")],
        common_annotations={"a": "b"},
    )
    assert mutable(RegistryDeployment(kustomization=options, release=HelmReleaseOptions(depends_on=[]))) == []
