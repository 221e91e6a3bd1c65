"""A registry runs on while Flux cannot apply the newest revision, or waits: status warns, and its remedy helps."""

from __future__ import annotations

from typing import Any

import yaml

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from tests.e2e.fleet import FOLDER, SYSTEM, Fleet
from tests.e2e.recording import record
from tests.e2e.status import cause, ready_without_causes

SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {host: 'registry.${CLUSTER_DOMAIN}'}\n"


def change(fleet: Fleet, **spec: Any) -> None:
    """Change the Kustomization."""
    fleet.cluster.apply(
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"namespace": SYSTEM, "name": fleet.name},
            "spec": {
                **{"interval": "1h", "retryInterval": "5s", "timeout": "1m", "prune": True, "path": f"./{FOLDER}"},
                **{"targetNamespace": fleet.namespace, "sourceRef": {"kind": "GitRepository", "name": fleet.name}},
                **spec,
            },
        }
    )


def warns(fleet: Fleet, saying: str) -> str:
    """The remedy of the warning that Flux cannot apply the revision."""
    return cause(fleet, CauseId.APPLY_FAILED, saying, Severity.WARNING).remedy


def test_a_path_that_does_not_exist_is_named(fleet: Fleet) -> None:
    fleet.deploy()
    change(fleet, path="./apps/registry")
    assert "./apps/registry" in warns(fleet, "has no directory ./apps/registry")
    record(fleet, "path-missing")
    change(fleet)
    ready_without_causes(fleet)


def test_a_release_that_does_not_exist_is_named_if_another_one_waits_for_it(fleet: Fleet) -> None:
    fleet.describe(release={"dependsOn": [{"name": "redis"}]})
    fleet.commit("Wait for redis")
    cause(fleet, CauseId.DEPENDENCY_NOT_READY, f"HelmRelease/{fleet.namespace}/redis, which does not exist")
    record(fleet, "release-dependency-missing")
    fleet.describe(release={"dependsOn": None})
    fleet.commit("Wait for nothing")
    ready_without_causes(fleet)


def test_a_file_that_is_not_in_git_is_named(fleet: Fleet) -> None:
    file = fleet.folder / "kustomization.yaml"
    listed = yaml.safe_load(file.read_text())
    listed["resources"].append("settings.yaml")
    file.write_text(yaml.safe_dump(listed))
    fleet.push("List the settings")
    assert "commit settings.yaml" in warns(fleet, "lists settings.yaml, which the revision does not have")
    record(fleet, "file-not-in-git")
    (fleet.folder / "settings.yaml").write_text(SETTINGS)
    fleet.push("Add the settings")
    ready_without_causes(fleet)


def test_a_variable_without_a_value_is_named(fleet: Fleet) -> None:
    change(fleet, postBuild={"substitute": {"REGION": "eu"}})
    assert "set `CLUSTER_DOMAIN`" in warns(fleet, "the variable CLUSTER_DOMAIN in the files has no value")
    record(fleet, "variable-not-set")
    change(fleet, postBuild={"substitute": {"REGION": "eu", "CLUSTER_DOMAIN": "example.com"}})
    ready_without_causes(fleet)
