"""A repository with a directory for each application: namespace, variables, and defaults come from above."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.e2e.layouts import copy_example, replace

PASSWORD = "correct horse battery staple\n"


def config(fleet: Fleet) -> Path:
    return fleet.tree / "kubernetes/apps/registry/docker-registry/app/registry.yaml"


def hosts(fleet: Fleet) -> list[str]:
    """The hosts of the registry's Ingress."""
    found = fleet.cluster.get("ingress", "docker-registry", fleet.namespace)
    return [rule["host"] for rule in found["spec"]["rules"]] if found else []


@pytest.fixture(scope="module", autouse=True)
def _repository(fleet: Fleet, cluster: Cluster, published: str) -> None:
    names = {
        "name: flux-system": f"name: {fleet.name}",
        "name: cluster-apps": f"name: {fleet.name}-apps",
        "name: registry\n": f"name: {fleet.namespace}\n",
        "namespace: registry\n": f"namespace: {fleet.namespace}\n",
        "targetNamespace: registry\n": f"targetNamespace: {fleet.namespace}\n",
        "url: oci://ghcr.io/example/charts": f"insecure: true\n  url: {published}",
    }
    copy_example("per-app", fleet.tree, names)
    fleet.cli("render", config(fleet), "--force")
    fleet.push("Add an application")
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fleet.namespace}})
    words = ("htpasswd", "admin", "--password-stdin", "--namespace", fleet.namespace)
    cluster.kubectl("apply", "-f", "-", said=fleet.cli(*words, said=PASSWORD).out)
    fleet.follow("kubernetes/flux/cluster", wait=False)


def test_registry_of_the_application_is_ready_and_works(fleet: Fleet) -> None:
    fleet.ready()
    fleet.cli("status", config(fleet))
    fleet.cli("smoke", "--namespace", fleet.namespace, "--username", "admin", "--password-stdin", said=PASSWORD)


def test_release_has_the_defaults_that_are_patched_in_from_above(fleet: Fleet) -> None:
    release = fleet.release()
    assert release is not None
    assert (release["spec"]["interval"], release["spec"]["timeout"]) == ("1h", "1m")
    assert release["spec"]["driftDetection"] == {"mode": "enabled"}
    assert "driftDetection" not in (config(fleet).parent / "helmrelease.yaml").read_text("utf-8")


def test_change_of_a_variable_reaches_the_registry(fleet: Fleet) -> None:
    assert hosts(fleet) == ["registry.example.com"]
    settings = fleet.tree / "kubernetes/components/cluster-settings/cluster-settings.yaml"
    replace(settings, {"DOMAIN: example.com": "DOMAIN: example.org"})
    fleet.push("Move to another domain")
    until("Ingress with the new host", lambda: hosts(fleet) == ["registry.example.org"])
    fleet.cli("status", config(fleet))
