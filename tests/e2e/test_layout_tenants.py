"""A tenant's repository: Flux applies it with the tenant's rights, which end at the tenant's namespace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster import condition, is_not_ready, until
from tests.e2e.fleet import Fleet, git
from tests.e2e.layouts import copy_example, replace


def config(fleet: Fleet) -> Path:
    return fleet.tree / "tenant/registry/registry.yaml"


def kustomization(fleet: Fleet) -> dict[str, Any]:
    """The one that applies the tenant's repository."""
    return fleet.cluster.get("kustomization", fleet.namespace, fleet.namespace) or {}


@pytest.fixture(scope="module", autouse=True)
def _repositories(fleet: Fleet, published: str) -> None:
    """Both repositories, as directories of one."""
    names = {"https://git.example.com/team-a/deployments": fleet.url, "base/team-a": "base/TENANT"}
    names |= {"team-a": fleet.namespace, "TENANT": "team-a", "path: ./\n": "path: ./tenant\n", "1m\n  url": "2s\n  url"}
    copy_example("tenants/platform", fleet.tree / "platform", names)
    chart = {"url: oci://ghcr.io/example/charts": f"insecure: true\n  url: {published}", "team-a": fleet.namespace}
    copy_example("tenants/team-a", fleet.tree / "tenant", chart)
    fleet.cli("render", config(fleet), "--force")
    fleet.push("Add a tenant, and its registry")
    fleet.follow("platform/tenants/production", wait=False)


def test_release_of_the_tenant_is_ready_and_works(fleet: Fleet) -> None:
    release = fleet.ready()
    assert release["spec"]["serviceAccountName"] == fleet.namespace
    fleet.cli("status", config(fleet))
    fleet.cli("smoke", config(fleet))


def test_no_object_of_the_tenant_is_outside_of_its_namespace(fleet: Fleet) -> None:
    applied = [entry["id"].split("_")[0] for entry in kustomization(fleet)["status"]["inventory"]["entries"]]
    assert applied == [fleet.namespace] * 2


def test_tenant_is_refused_in_another_namespace(fleet: Fleet) -> None:
    replace(config(fleet), {f"name: {fleet.namespace}\n  create: false": "name: kube-public"})
    fleet.cli("render", config(fleet), "--allow", "images-left-behind")
    fleet.push("Deploy to a namespace of others")
    failed = until("Kustomization that fails", lambda: found if is_not_ready(found := kustomization(fleet)) else None)
    assert "forbidden" in condition(failed)["message"]
    assert "forbidden" in fleet.cli("status", config(fleet), code=1).out
    git(fleet.tree, "revert", "--no-edit", "HEAD")
    git(fleet.tree, "push", "-q", "origin", "main")
    until("Kustomization that is Ready", lambda: condition(kustomization(fleet)).get("status") == "True")
    fleet.cli("status", config(fleet))
