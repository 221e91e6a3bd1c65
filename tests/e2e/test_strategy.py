"""The update strategy changes in Git, and back by `git revert`: each commit is deployed, whichever came before it."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from tests.e2e.fleet import Fleet, git
from tests.e2e.status import ready_without_causes
from tests.support.helm import CHART
from tests.support.tools import tool

pytestmark = pytest.mark.long

CLAIM = "shared-images"
RECREATE = {"type": "Recreate"}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}

WAYS: dict[str, dict[str, Any]] = {
    "a volume of many nodes": {"persistence": {"existingClaim": CLAIM, "accessModes": ["ReadWriteMany"]}},
    "no volume": {"persistence": {"enabled": False}, "updateStrategy": {"type": "RollingUpdate"}},
    "the strategy itself": {"updateStrategy": {"type": "RollingUpdate"}},
}
"""Values of a rolling update; without them the Pods are recreated."""


@pytest.fixture(scope="module", autouse=True)
def _claim(fleet: Fleet) -> None:
    fleet.init()
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": CLAIM, "namespace": fleet.namespace},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    (fleet.folder / "claim.yaml").write_text(yaml.safe_dump(claim))
    fleet.describe(kustomization={"resources": ["claim.yaml"]})


def strategy(fleet: Fleet) -> dict[str, Any]:
    """That of the Deployment, once the newest commit is deployed, and the status is ready."""
    fleet.ready()
    ready_without_causes(fleet)
    found = fleet.cluster.get("deployment", "docker-registry", fleet.namespace)
    assert found is not None
    return dict(found["spec"]["strategy"])


def revert(fleet: Fleet) -> None:
    git(fleet.tree, "revert", "--no-edit", "HEAD")
    git(fleet.tree, "push", "-q", "origin", "main")


def test_a_registry_that_was_installed_with_a_rolling_update_is_recreated_after_the_next_commit(fleet: Fleet) -> None:
    fleet.commit("Add a registry", values=WAYS["the strategy itself"])
    fleet.follow(wait=False)
    assert strategy(fleet) == ROLLING
    fleet.commit("Recreate the Pods", values={"updateStrategy": None})
    assert strategy(fleet) == RECREATE


@pytest.mark.parametrize("way", WAYS)
def test_a_rolling_update_is_deployed_and_reverted(fleet: Fleet, way: str) -> None:
    fleet.commit(f"Roll, by {way}", allow="images-left-behind", values=WAYS[way])
    assert strategy(fleet) == ROLLING
    revert(fleet)
    assert strategy(fleet) == RECREATE


def test_the_revert_can_be_reverted_and_that_too(fleet: Fleet) -> None:
    revert(fleet)
    assert strategy(fleet) == ROLLING
    revert(fleet)
    assert strategy(fleet) == RECREATE


@pytest.mark.parametrize("server_side", ["true", "false"])
def test_helm_upgrades_in_both_directions_without_flux(fleet: Fleet, server_side: str) -> None:
    release = f"by-hand-{server_side}"
    for values, expected in (({}, RECREATE), (WAYS["the strategy itself"], ROLLING), ({}, RECREATE)) * 2:
        done = subprocess.run(
            [
                *(tool("helm"), "upgrade", release, CHART, "--install", "--namespace", fleet.namespace),
                *(f"--server-side={server_side}", "--values", "-"),
            ],
            input=yaml.safe_dump({"replicaCount": 0, **values}),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        found = fleet.cluster.get("deployment", f"{release}-docker-registry", fleet.namespace)
        assert found is not None
        assert found["spec"]["strategy"] == expected
