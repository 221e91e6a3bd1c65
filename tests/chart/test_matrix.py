"""Every pair of settings: Helm renders what the models accept, and Kubernetes accepts it, also as an upgrade."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from registry_gitops.values import RegistryValues
from tests.chart.matrix import Case, Pair, Values, cover_pairs, values_of
from tests.chart.test_scenarios import SCENARIOS
from tests.chart.test_scenarios import values_of as values_of_scenario
from tests.support.helm import Chart
from tests.support.tools import KUBERNETES_VERSIONS

pytestmark = pytest.mark.exhaustive

UNRESTRICTED_SCENARIOS = {"host-network", "names-and-labels"}


SEVERAL = ("three", "by load")
REFUSED = {
    ("storage", "replicas"): (("claim", "large claim", "claim of a class", "emptyDir", "memory"), SEVERAL),
    ("storage", "mode"): (("memory",), ("collected", "collected with untagged images")),
    ("replicas", "cache"): (SEVERAL, ("in memory",)),
    ("replicas", "mode"): (SEVERAL, ("cache of another registry",)),
    ("cache", "mode"): (("redis by sentinels",), ("collected", "collected with untagged images")),
}
"""Two dimensions -> their options of which no pair works, whatever the other values are."""


def is_accepted(values: Values) -> bool:
    try:
        RegistryValues.model_validate(values)
    except ValidationError:
        return False
    return True


@functools.cache
def covered() -> tuple[list[Case], set[Pair]]:
    return cover_pairs(is_accepted)


def every_values() -> dict[str, Values]:
    """The values of the pairs, and those of the scenarios, which people wrote; each by what is special about it."""
    pairs = {", ".join(filter(None, map(str, case.values()))): values_of(case) for case in covered()[0]}
    return pairs | {f"scenario {name}": values_of_scenario(name) for name in SCENARIOS}


@pytest.fixture(scope="module")
def rendered(chart: Chart) -> dict[str, str]:
    """The same, as Helm renders it, with the objects of its test; "" where it refuses."""
    names = every_values()
    with ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda values: chart.run("template", values=values), names.values())
        return {name: each.stdout if each.returncode == 0 else "" for name, each in zip(names, done, strict=True)}


def test_matrix_has_at_least_100_sets_of_values() -> None:
    assert len(every_values()) >= 100


def test_models_refuse_no_other_pairs_than_these() -> None:
    refused: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for (first, option), (second, other) in covered()[1]:
        refused.setdefault((first, second), set()).add((option, other))
    assert refused == {dimensions: set(itertools.product(*options)) for dimensions, options in REFUSED.items()}


def test_helm_renders_what_the_models_accept(rendered: dict[str, str]) -> None:
    assert [name for name, text in rendered.items() if not text] == []


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_kubernetes_knows_every_field(
    rendered: dict[str, str], kubeconform: Callable[..., list[str]], version: str
) -> None:
    found = kubeconform("\n".join(rendered.values()), version)
    # One call for all is fast; which set of values it is about costs a call for each.
    culprits = {name: kubeconform(text, version) for name, text in rendered.items()} if found else {}
    assert {name: problems for name, problems in culprits.items() if problems} == {}


def test_pods_are_admitted_by_restricted_unless_the_values_say_otherwise(
    rendered: dict[str, str], podsecurity: Callable[..., list[str]]
) -> None:
    expected = {name for name in rendered if name.removeprefix("scenario ") in UNRESTRICTED_SCENARIOS}
    assert podsecurity("\n".join(text for name, text in rendered.items() if name not in expected)) == []
    assert {name for name in expected if podsecurity(rendered[name])} == expected


def test_upgrade_between_any_two_changes_no_immutable_field(rendered: dict[str, str]) -> None:
    values = every_values()
    fields = {name: dict(immutable_fields(text)) for name, text in rendered.items()}
    wrong = []
    for (first, old), (second, new) in itertools.combinations(fields.items(), 2):
        for place in old.keys() & new.keys():
            is_asked_for = cause_of(place, values[first]) != cause_of(place, values[second])
            if old[place] != new[place] and not is_asked_for:
                wrong.append((place, first, second))
    assert wrong == []


Place = tuple[str, str, str]
"""Kind, name, and field."""


def immutable_fields(text: str) -> Iterator[tuple[Place, Any]]:
    """Yield the fields that Kubernetes refuses to change on an object that exists."""
    for found in filter(None, yaml.load_all(text, yaml.CSafeLoader)):
        if "helm.sh/hook" in (found["metadata"].get("annotations") or {}):
            continue
        kind, name, spec = found["kind"], found["metadata"]["name"], found.get("spec", {})
        match kind:
            case "Deployment":
                yield (kind, name, "selector"), spec["selector"]
            case "PersistentVolumeClaim":
                yield (kind, name, "spec"), {key: value for key, value in spec.items() if key != "resources"}
            case "Service":
                yield (kind, name, "clusterIP"), spec.get("clusterIP", "")
            case "RoleBinding":
                yield (kind, name, "roleRef"), found["roleRef"]
            case "Secret":
                yield (kind, name, "type"), found.get("type", "Opaque")


def cause_of(place: Place, values: Values) -> Any:
    """The values that users change to change the field, and that the README says cannot change on an object."""
    match place[0]:
        case "PersistentVolumeClaim":
            volume = values.get("persistence", {})
            return volume.get("storageClass"), volume.get("accessModes")
        case "Service":
            return values.get("service", {}).get("clusterIP")
        case "Deployment":
            return values.get("nameOverride")
    return None
