"""`status` where the cluster cannot be asked: exit 3, and why, for each reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.cluster import Cluster
from tests.e2e.fleet import Fleet

Kubeconfig = dict[str, list[dict[str, dict[str, str]]]]


@pytest.fixture(scope="module")
def nobody(cluster: Cluster) -> Iterator[str]:
    """Token of a ServiceAccount that may read nothing."""
    account = ("serviceaccount", "e2e-nobody", "-n", "default")
    cluster.kubectl("create", *account)
    yield cluster.kubectl("create", "token", *account[1:]).strip()
    cluster.kubectl("delete", *account)


def kubeconfig(cluster: Cluster, **user: str) -> Kubeconfig:
    """That of the tests, with another user where one is given."""
    text = cluster.kubectl("config", "view", "--raw", "--flatten", "--minify")
    found: Kubeconfig = yaml.safe_load(text)
    if user:
        found["users"][0]["user"] = user
    return found


def refused(fleet: Fleet, path: Path, content: Kubeconfig) -> str:
    """What is printed with such a kubeconfig: one line, and nothing of a status."""
    path.write_text(yaml.safe_dump(content))
    outcome = fleet.cli("status", "--namespace", fleet.namespace, "--kubeconfig", path, code=3)
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    return line


def test_a_user_that_may_not_read_is_told_what_it_needs(fleet: Fleet, nobody: str, tmp_path: Path) -> None:
    line = refused(fleet, tmp_path / "kubeconfig", kubeconfig(fleet.cluster, token=nobody))
    assert f"is not allowed to read HelmReleases in namespace {fleet.namespace}" in line
    assert "`get` and `list` on helmreleases.helm.toolkit.fluxcd.io" in line
    assert nobody not in line


def test_a_user_that_is_not_known_is_told_to_log_in(fleet: Fleet, tmp_path: Path) -> None:
    line = refused(fleet, tmp_path / "kubeconfig", kubeconfig(fleet.cluster, token="none"))
    assert "log in" in line


def test_a_server_that_is_not_there_is_named(fleet: Fleet, tmp_path: Path) -> None:
    found = kubeconfig(fleet.cluster)
    found["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    line = refused(fleet, tmp_path / "kubeconfig", found)
    assert "127.0.0.1:1" in line
    assert "refused" in line


def test_a_certificate_that_is_not_the_clusters_is_named(fleet: Fleet, tmp_path: Path) -> None:
    found = kubeconfig(fleet.cluster)
    del found["clusters"][0]["cluster"]["certificate-authority-data"]
    assert "certificate" in refused(fleet, tmp_path / "kubeconfig", found)


def test_a_kubeconfig_that_is_not_there_is_wrong_usage(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "none"
    outcome = fleet.cli("status", "--namespace", fleet.namespace, "--kubeconfig", path, code=2)
    assert f"Invalid value for '--kubeconfig': file '{path}' does not exist" in outcome.err
