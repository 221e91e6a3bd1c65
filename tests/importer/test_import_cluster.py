"""A registry that runs: kubectl reads it, and the config file is the same as from its manifests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object
from tests.cli.running import Run
from tests.cli.running import cli as cli
from tests.cluster.conftest import kubeconfig as kubeconfig
from tests.cluster.deployment_api import Served, serving

pytestmark = pytest.mark.tools

LIVE = Path(__file__).parent / "inputs" / "manifests" / "live-object.yaml"
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "registry", "namespace": "registry", "uid": "1"},
    "spec": {"accessModes": ["ReadWriteOnce"], "volumeName": "pv-1", "resources": {"requests": {"storage": "5Gi"}}},
    "status": {"phase": "Bound"},
}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "registry", "namespace": "registry", "uid": "2"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "registry"}}},
}


@pytest.fixture
def served(kubeconfig: Path) -> Iterator[Served]:
    objects: list[dict[str, Any]] = [*yaml.safe_load(LIVE.read_text())["items"], CLAIM]
    snapshot = Snapshot("registry", "registry", datetime.now(UTC), tuple(map(Object, objects)))
    with serving(snapshot, kubeconfig) as found:
        yield found


def test_what_runs_is_imported_as_from_its_manifests(served: Served, cli: Run, tmp_path: Path) -> None:
    done = cli("import", "--cluster", "-n", "registry", "--output-dir", "live")
    assert done.code == 0, done
    live = yaml.safe_load((tmp_path / "live" / "registry.yaml").read_text())
    assert cli("import", LIVE, "--output-dir", "file").code == 0
    assert live["values"] == yaml.safe_load((tmp_path / "file" / "registry.yaml").read_text())["values"]
    assert live["values"]["persistence"] == {"existingClaim": "registry"}
    assert "kubectl delete -n registry deployment/registry" in done.out
    assert "git rm" not in done.out
    assert "secrets" not in " ".join(served.requests)


def test_what_stands_around_it_is_read_if_the_user_is_allowed_to(served: Served, cli: Run, tmp_path: Path) -> None:
    objects = [*yaml.safe_load(LIVE.read_text())["items"], CLAIM, BUDGET]
    served.serve(Snapshot("registry", "registry", datetime.now(UTC), tuple(map(Object, objects))))
    assert cli("import", "--cluster", "-n", "registry", "--output-dir", "all").code == 0
    values = yaml.safe_load((tmp_path / "all" / "registry.yaml").read_text())["values"]
    assert values["pdb"] == {"enabled": True, "maxUnavailable": 1}
    served.forbidden.add("poddisruptionbudgets")
    done = cli("import", "--cluster", "-n", "registry", "--output-dir", "some")
    assert done.code == 0
    assert "not allowed to read poddisruptionbudgets" in done.out


def test_a_namespace_without_a_registry_is_wrong_input(served: Served, cli: Run, tmp_path: Path) -> None:
    served.serve(Snapshot("registry", "registry", datetime.now(UTC), (Object(CLAIM),)))
    done = cli("import", "--cluster", "--namespace", "registry")
    assert done.code == 2
    assert "namespace registry" in done.err
    assert not (tmp_path / "registry.yaml").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda served: served.forbidden.add("*"), "not allowed to read"),
        (lambda served: served.serve(Snapshot("registry", "registry", datetime.now(UTC), ())), "there is nothing in"),
        (lambda served: setattr(served, "unauthorized", True), "logged in"),
    ],
)
def test_a_cluster_that_cannot_be_read_ends_with_exit_code_3(
    served: Served, cli: Run, change: Any, message: str
) -> None:
    change(served)
    done = cli("import", "--cluster", "-n", "registry")
    assert done.code == 3
    assert message in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "pass a file or directory, or --cluster with --namespace NAME"),
        (("--cluster",), "needs --namespace NAME"),
        (("registry.yaml", "--cluster", "-n", "x"), "cannot be combined with PATH"),
        (("registry.yaml", "-n", "x"), "needs --cluster"),
        (("values.yaml", "--release", "x"), "needs --namespace NAME"),
        (("--cluster", "-n", "x", "--release", "x"), "cannot be combined with --cluster"),
    ],
)
def test_options_that_say_too_little_or_too_much_are_refused(
    cli: Run, arguments: tuple[str, ...], message: str
) -> None:
    done = cli("import", *arguments)
    assert done.code == 2
    assert message in done.err
