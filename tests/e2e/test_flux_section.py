"""The section `flux`: Flux applies what it renders, with its variables, and lets go of it as it says."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import deploy
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.fleet import SYSTEM, Fleet
from tests.e2e.status import ready_without_causes
from tests.support.tools import tool

CLUSTER = "home"


def kustomization(fleet: Fleet, name: str = "registry") -> dict[str, Any] | None:
    """The Flux Kustomization that is rendered."""
    return fleet.cluster.get("kustomization", f"{fleet.name}-{name}", SYSTEM)


def uid(fleet: Fleet) -> str:
    release = fleet.release()
    return str(release["metadata"]["uid"]) if release else ""


@pytest.fixture(scope="module", autouse=True)
def _deployed(fleet: Fleet) -> None:
    fleet.init()
    flux = {
        "name": f"{fleet.name}-registry",
        "retryInterval": "5s",
        "timeout": "1m",
        "wait": True,
        "postBuild": {"substitute": {"ZONE": "none"}},
        "clusters": {CLUSTER: {"postBuild": {"substitute": {"ZONE": "west"}}}, "other": {}},
    }
    # What `flux bootstrap` writes there. Git keeps no empty directory, and Flux deletes nothing if its path is missing.
    (fleet.tree / "clusters" / CLUSTER / "flux-system").mkdir(parents=True)
    (fleet.tree / "clusters" / CLUSTER / "flux-system/README.md").write_text("Flux\n")
    fleet.commit("Add a registry", flux=flux, values={"podAnnotations": {"example.com/zone": "${ZONE}"}})
    fleet.follow(f"clusters/{CLUSTER}")


def test_flux_applies_the_directory_by_the_rendered_kustomization(fleet: Fleet) -> None:
    fleet.ready()
    until("Kustomization that is Ready", lambda: is_ready(kustomization(fleet)))
    found = kustomization(fleet)
    assert found is not None
    assert found["spec"]["sourceRef"] == {"kind": "GitRepository", "name": fleet.name}
    assert found["status"]["lastAppliedRevision"] == fleet.applied()
    assert ready_without_causes(fleet)


def test_pod_has_the_variable_of_its_cluster(fleet: Fleet) -> None:
    (pod,) = fleet.pods()
    assert pod["metadata"]["annotations"]["example.com/zone"] == "west"


def test_other_name_is_refused_because_flux_would_remove_the_registry(fleet: Fleet) -> None:
    fleet.describe(flux={"name": f"{fleet.name}-images"})
    refused = fleet.cli("render", fleet.description, code=1)
    assert "flux-rename" in refused.err
    fleet.describe(flux={"name": f"{fleet.name}-registry"})


def test_registry_stays_if_the_old_name_has_let_go_of_it(fleet: Fleet) -> None:
    before = uid(fleet)
    fleet.commit("Keep the objects", flux={"deletionPolicy": "Orphan"})
    fleet.ready()
    fleet.commit("Rename", flux={"name": f"{fleet.name}-images", "deletionPolicy": None})
    until("Kustomization with the new name", lambda: is_ready(kustomization(fleet, "images")))
    until("cluster without the old one", lambda: kustomization(fleet) is None)
    fleet.ready()
    assert uid(fleet) == before


def test_registry_is_removed_with_the_file_of_its_cluster_and_the_claim_stays(fleet: Fleet, cluster: Cluster) -> None:
    fleet.commit("Remove the cluster", flux={"clusters": {CLUSTER: None}})
    until("cluster without the release", lambda: fleet.release() is None)
    until("cluster without the Kustomization", lambda: kustomization(fleet, "images") is None)
    claim = cluster.get("pvc", "docker-registry", fleet.namespace)
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"


def test_flux_builds_the_directory_by_the_file_of_each_cluster(tmp_path: Path) -> None:
    """`flux build` patches and substitutes by the file, as the controller does in the cluster; it needs none."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    folder = tmp_path / "apps/registry"
    flux: dict[str, Any] = {
        "patches": [{"patch": "- {op: add, path: /spec/suspend, value: true}", "target": {"kind": "HelmRelease"}}],
        "clusters": {
            "eu": {"postBuild": {"substitute": {"REPLICAS": "3"}}},
            "us": {"postBuild": {"substituteStrategy": "Always"}},
        },
    }
    config = {"name": "registry", "source": {"type": "git", "path": "apps/registry"}, "flux": flux}
    values = {"replicaCount": "${REPLICAS:=1}"}
    deploy(RegistryDeployment.model_validate({**config, "values": values}), folder, allow=["flux-variables"])
    releases = {}
    for cluster in ("eu", "us"):
        file = tmp_path / "clusters" / cluster / "registry.yaml"
        words = ["build", "kustomization", "registry", "--dry-run", "--path", str(folder), "--kustomization-file"]
        done = subprocess.run([tool("flux"), *words, str(file)], capture_output=True, check=True)
        objects = filter(None, yaml.safe_load_all(done.stdout))
        (releases[cluster],) = (each["spec"] for each in objects if each["kind"] == "HelmRelease")
    assert [releases[cluster]["suspend"] for cluster in ("eu", "us")] == [True, True]
    assert [releases[cluster]["values"]["replicaCount"] for cluster in ("eu", "us")] == [3, 1]
