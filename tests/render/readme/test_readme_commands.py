"""Each command of a README names what is in the cluster: the folder's objects, and what the real Helm makes of them."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.facts import ObjectNames
from registry_gitops.render import render
from registry_gitops.render.readme import format_readme
from tests.render.readme.pages import CASES, commands, every_case, tables

CHART = Path(__file__).parents[3] / "templates" / "chart" / "docker-registry"
KINDS = {"svc": "service", "deploy": "deployment", "pvc": "persistentvolumeclaim"}

Cluster = Callable[[str], dict[tuple[str, str, str], Any]]


@pytest.fixture(scope="module")
def cluster(tool: Callable[[str], Path]) -> Cluster:
    """Kind, namespace and name -> object: what the folder holds, and what the real Helm makes of its HelmRelease."""

    @functools.cache
    def objects(case: str) -> dict[tuple[str, str, str], Any]:
        deployment = CASES[case]
        folder = [
            yaml.safe_load(text) for path, text in render(deployment).items() if re.fullmatch(r"[a-z]+\.yaml", path)
        ]
        (release,) = (found for found in folder if found["kind"] == "HelmRelease")
        names = ObjectNames(deployment)
        if deployment.namespace_options.inherit:  # A parent directory sets it.
            release["metadata"]["namespace"] = names.namespace
        release_options = [names.release, str(CHART), "--namespace", names.target_namespace]
        done = subprocess.run(
            [str(tool("helm")), "template", *release_options, "-f", "-"],
            input=json.dumps(release["spec"].get("values", {})),
            capture_output=True,
            text=True,
            check=True,
        )
        found = [*folder, *(each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each)]
        return {
            (each["kind"].lower(), each["metadata"].get("namespace", ""), each["metadata"]["name"]): each
            for each in found
            if "name" in each.get("metadata", {})
        }

    return objects


@every_case
def test_each_command_names_what_is_in_the_cluster(case: str, cluster: Cluster) -> None:
    deployment = CASES[case]
    names = ObjectNames(deployment)
    objects = cluster(case)
    foreign = {
        ("persistentvolumeclaim", names.target_namespace, deployment.values.persistence.existing_claim),
        ("secret", names.target_namespace, deployment.values.auth.htpasswd.existing_secret),
    }
    foreign |= {
        ("gateway", parent.namespace or names.target_namespace, parent.name)
        for parent in deployment.values.http_route.parent_refs
    }
    named = set()
    for words in commands(format_readme(deployment)):
        if words[0] == "kubectl" and "-n" in words:
            namespace = words[words.index("-n") + 1]
            named |= {(kind, namespace, name) for kind, name in named_by(words)}
    assert named - {helm_chart(objects)} - foreign <= set(objects)
    assert ("helmrelease", names.namespace, deployment.name) in named


def helm_chart(objects: dict[tuple[str, str, str], Any]) -> tuple[str, str, str]:
    """The HelmChart that Flux makes of the HelmRelease, which is beside the chart's source."""
    ((_, namespace, name), release) = next(each for each in objects.items() if each[0][0] == "helmrelease")
    source = release["spec"].get("chart", {}).get("spec", {}).get("sourceRef", {})
    return "helmchart", source.get("namespace", namespace), f"{namespace}-{name}"


@every_case
def test_lists_are_asked_for_where_their_objects_are(case: str) -> None:
    deployment = CASES[case]
    names = ObjectNames(deployment)
    lists = {
        words[2]: words[4]
        for words in commands(format_readme(deployment))
        if words[:2] + words[3:4] == ["kubectl", "get", "-n"]
    }
    assert lists["helmrelease"] == names.namespace
    assert lists["pods"] == names.target_namespace
    assert lists.get("pvc", names.target_namespace) == names.target_namespace


def named_by(words: list[str]) -> Iterator[tuple[str, str]]:
    """Kind and name of the objects that a kubectl command names."""
    rest = words[2:]
    at = rest.index("-n")
    del rest[at : at + 2]
    if words[1] == "rollout":
        rest = rest[1:]
    first, second = rest[0], rest[1] if len(rest) > 1 else ""
    if "/" in first:
        kind, _, name = first.partition("/")
        yield KINDS.get(kind, kind), name
    elif words[1] != "logs" and second and not second.startswith("-"):
        yield KINDS.get(first, first), second


@every_case
def test_the_port_forward_leads_to_a_port_of_the_registry(case: str, cluster: Cluster) -> None:
    deployment = CASES[case]
    objects = cluster(case)
    ((_, _, _, namespace, target, ports),) = [
        words for words in commands(format_readme(deployment)) if "port-forward" in words
    ]
    kind, _, name = target.partition("/")
    found = objects[KINDS[kind], namespace, name]
    if kind == "svc":
        assert found["spec"].get("clusterIP") != "None", "a headless Service maps no ports"
        known = [port["port"] for port in found["spec"]["ports"]]
    else:
        container = found["spec"]["template"]["spec"]["containers"][0]
        known = [port["containerPort"] for port in container["ports"]]
    local, _, remote = ports.partition(":")
    assert local == "5000"
    assert int(remote) in known


@every_case
def test_the_logs_are_those_of_the_registrys_pods(case: str, cluster: Cluster) -> None:
    deployment = CASES[case]
    names = ObjectNames(deployment)
    pods = cluster(case)["deployment", names.target_namespace, names.full_name]["spec"]["template"]
    # Garbage collection has a log of its own.
    words = next(found for found in commands(format_readme(deployment)) if "logs" in found and len(found) == 6)
    *_, namespace, _, selector = words
    key, _, value = selector.partition("=")
    assert namespace == names.target_namespace
    assert pods["metadata"]["labels"][key] == value


@every_case
def test_the_table_of_objects_lists_what_the_folder_and_the_chart_make(case: str, cluster: Cluster) -> None:
    deployment = CASES[case]
    hooks = "helm.sh/hook"
    expected = {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"])
        for each in cluster(case).values()
        if hooks not in each["metadata"].get("annotations", {})
    }
    header, *rows = tables(format_readme(deployment))[1]
    assert header == ["Object", "Namespace", "Purpose"]
    listed = [(*what.split(" "), namespace) for what, namespace, _ in rows]
    assert sorted((kind, namespace, name) for kind, name, namespace in listed) == sorted(expected)
