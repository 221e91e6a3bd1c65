"""`status --all`: a table of all registries of a cluster or a namespace, with one line for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry_gitops.cluster.status import (
    Kubectl,
    StatusList,
    build_status_list_report,
    format_status_table,
    get_statuses,
)
from registry_gitops.cluster.status.live_objects import Object
from tests.cli.running import Outcome, process

from .deployment_api import Served, serving
from .deployments import load_snapshot
from .registries import FLEET, in_namespace, statuses


@contextmanager
def serving_fleet(kubeconfig: Path) -> Iterator[Served]:
    snapshots = [in_namespace(name, namespace) for namespace, name in FLEET.items()]
    objects = {(thing.reference, thing.uid): thing for snapshot in snapshots for thing in snapshot.objects}
    other = Object({"kind": "HelmRelease", "metadata": {"name": "podinfo", "namespace": "blue"}, "spec": {}})
    with serving(replace(snapshots[0], objects=(*objects.values(), other)), kubeconfig) as served:
        yield served


def test_table_has_a_line_with_the_cause_for_each_registry() -> None:
    header, *lines = format_status_table(statuses()).splitlines()
    assert header.split() == ["NAMESPACE", "NAME", "READY", "FOR", "REVISION", "PODS", "IMAGE", "CAUSE"]
    assert [line.split()[:3] for line in lines[:3]] == [
        ["blue", "docker-registry", "True"],
        ["green", "docker-registry", "False"],
        ["red", "docker-registry", "True"],
    ]
    assert "  image-not-pulled: the image docker.io/library/registry:9.9.9 cannot be pulled" in lines[1]
    assert lines[2].endswith("drifted: the Deployment was changed by hand")
    assert lines[3:] == ["", "2 of 3 registries ready"]


def test_lines_fit_the_terminal() -> None:
    lines = format_status_table(statuses(), width=120).splitlines()
    assert max(map(len, lines)) == 120
    assert lines[2].endswith("...")


def test_report_has_a_check_for_each_registry() -> None:
    report = build_status_list_report(statuses())
    assert {check.id: check.is_failure for check in report.checks} == {
        "ready/blue/docker-registry": False,
        "ready/green/docker-registry": True,
        "ready/red/docker-registry": False,
    }
    assert not report.passed
    assert not build_status_list_report(StatusList(read_at=datetime.now(UTC))).passed


@pytest.mark.tools
def test_registries_of_the_cluster_are_read_with_a_kubectl_for_each_namespace(kubeconfig: Path) -> None:
    with serving_fleet(kubeconfig) as served:
        found = get_statuses(None, Kubectl())
    assert [(status.namespace, status.ready) for status in found.items] == [
        ("blue", True),
        ("green", False),
        ("red", True),
    ]
    wanted = {status.namespace: [cause.id for cause in status.findings] for status in statuses().items}
    assert {status.namespace: [cause.id for cause in status.findings] for status in found.items} == wanted
    lists = [request for request in served.requests if request.partition("?")[0].endswith("/pods")]
    assert len(lists) == len(FLEET)


@pytest.mark.tools
def test_all_exits_1_with_a_table_while_a_registry_is_not_ready(kubeconfig: Path, tmp_path: Path) -> None:
    with serving_fleet(kubeconfig):
        every = run(tmp_path, "--all")
        bare = run(tmp_path)
        ready = run(tmp_path, "-A", "--namespace", "blue")
        written = run(tmp_path, "-A", "-o", "json", "-o", "junit=status.xml")
    assert (every.code, every.err, every.out.splitlines()[-1]) == (1, "", "2 of 3 registries ready")
    assert bare.out == every.out
    assert (ready.code, ready.out.splitlines()[-1]) == (0, "1 of 1 registry ready")
    found = StatusList.model_validate_json(written.out)
    assert (written.code, [status.namespace for status in found.items]) == (1, sorted(FLEET))
    assert "ready/green/docker-registry" in (tmp_path / "status.xml").read_text("utf-8")


@pytest.mark.tools
def test_cluster_without_a_registry_is_not_ready(kubeconfig: Path, tmp_path: Path) -> None:
    with serving(replace(load_snapshot("ready"), objects=()), kubeconfig):
        done = run(tmp_path, "-A")
    assert (done.code, done.out) == (1, "no HelmRelease in the cluster deploys a registry\n")


@pytest.mark.tools
def test_cluster_without_flux_exits_3(kubeconfig: Path, tmp_path: Path) -> None:
    with serving(replace(load_snapshot("ready"), has_flux=False), kubeconfig):
        done = run(tmp_path, "-A")
    assert (done.code, done.err) == (3, "error: the cluster has no kind HelmRelease: install Flux: `flux install`\n")


def run(folder: Path, *arguments: str) -> Outcome:
    return process("status", *arguments, folder=folder, environment={"COLUMNS": "110"})


@pytest.mark.tools
def test_config_files_below_a_directory_name_the_lines_of_the_table(kubeconfig: Path, tmp_path: Path) -> None:
    for namespace in ("red", "green", "away"):
        config = tmp_path / "apps" / namespace / "registry.yaml"
        config.parent.mkdir(parents=True)
        config.write_text(f"namespace: {namespace}\n")
    with serving_fleet(kubeconfig) as served:
        named = run(tmp_path, "apps/red/registry.yaml", "apps/green")
        below = run(tmp_path)
        one = run(tmp_path, "apps/red")
    rows = [line.split()[:3] for line in named.out.splitlines()[1:3]]
    assert rows == [["red", "docker-registry", "True"], ["green", "docker-registry", "False"]]
    assert (named.code, named.out.splitlines()[-1]) == (1, "1 of 2 registries ready")
    assert [line.split()[0] for line in below.out.splitlines()[1:4]] == ["away", "green", "red"]
    assert "away       docker-registry  False" in below.out
    assert (one.code, one.out.splitlines()[0].split()[0]) == (0, "red/docker-registry:")
    assert not [request for request in served.requests if "/blue/" in request]
