"""Each folder of scenarios/ is a set of values and what the chart makes of them, in the form that is read in review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.values import RegistryValues, chart_containers, chart_mounts, min_ready_seconds
from tests.support.helm import CHART, Chart

FOLDER = Path(__file__).parent / "scenarios"
UNRESTRICTED = {"host-network", "names-and-labels"}
"""Scenarios that the Pod Security level `restricted` does not admit."""
SCENARIOS = sorted(path.parent.name for path in FOLDER.glob("*/values.yaml"))


def values_of(scenario: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / scenario / "values.yaml").read_text()))


def without_salt(text: str) -> str:
    return re.sub(r"\$2a\$10\$[./A-Za-z0-9]{53}", "$2a$10$(salt and hash)", text)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_renders_as_it_was_reviewed(chart: Chart, scenario: str, update_goldens: bool) -> None:
    expected = FOLDER / scenario / "expected.yaml"
    # The test's Pod is left out: it is the same in all of them, and test_smoke.py runs it.
    rendered = without_salt(chart.text("--skip-tests", values=values_of(scenario)))
    if update_goldens:
        expected.write_text(rendered)
    assert rendered == expected.read_text()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_passes_strict_lint(chart: Chart, scenario: str) -> None:
    done = chart.run("lint", "--strict", values=values_of(scenario))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_what_kubernetes_takes(
    chart: Chart, scenario: str, kubeconform: Callable[..., list[str]], podsecurity: Callable[..., list[str]]
) -> None:
    text = chart.text(values=values_of(scenario))
    assert kubeconform(text) == []
    assert bool(podsecurity(text)) == (scenario in UNRESTRICTED)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_what_our_models_take(scenario: str) -> None:
    assert RegistryValues.model_validate(values_of(scenario)).to_config_dict() == values_of(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_models_know_what_the_chart_puts_into_the_pod_of_a_scenario(scenario: str) -> None:
    objects = yaml.safe_load_all((FOLDER / scenario / "expected.yaml").read_text())
    (pod,) = (found["spec"]["template"]["spec"] for found in objects if found and found["kind"] == "Deployment")
    values = RegistryValues.model_validate(values_of(scenario))
    theirs = {mount.mount_path for mount in values.extra_volume_mounts}
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert {path: name for path, name in mounts.items() if path not in theirs} == chart_mounts(values)
    ports = {
        container["name"]: tuple(port["containerPort"] for port in container.get("ports", ()))
        for container in pod["containers"]
        if container["name"] not in {sidecar.name for sidecar in values.sidecars}
    }
    assert ports == chart_containers(values)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_models_know_how_long_the_new_pod_of_a_scenario_must_be_ready(scenario: str) -> None:
    objects = yaml.safe_load_all((FOLDER / scenario / "expected.yaml").read_text())
    (spec,) = (found["spec"] for found in objects if found and found["kind"] == "Deployment")
    values = RegistryValues.model_validate(values_of(scenario))
    assert min_ready_seconds(values) == spec.get("minReadySeconds", 0)


def test_every_value_of_the_chart_is_set_in_some_scenario() -> None:
    known = set(leaves(yaml.safe_load((CHART / "values.yaml").read_text())))
    used = {path for scenario in SCENARIOS for path in prefixes(values_of(scenario))}
    assert known - used == set()


def test_nothing_but_the_salt_of_a_password_differs_between_two_renders(chart: Chart) -> None:
    values = values_of("inline-credentials")
    first, second = chart.text(values=values), chart.text(values=values)
    assert first != second
    assert without_salt(first) == without_salt(second)


def leaves(tree: dict[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*prefix, key))
        else:
            yield (*prefix, key)


def prefixes(tree: dict[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        yield (*prefix, key)
        if isinstance(value, dict):
            yield from prefixes(value, (*prefix, key))
