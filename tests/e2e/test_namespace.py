"""A Namespace that existed before, with the work of another team in it: it outlives the registry, as it was."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.cluster import Object, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import not_applied, ready_without_causes

NEIGHBOUR = "neighbour"
LABELS = {"team": "neighbours", "billing": "4711"}


@pytest.fixture(scope="module", autouse=True)
def _neighbour(fleet: Fleet) -> None:
    name = fleet.namespace
    fleet.cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": LABELS}})
    fleet.cluster.kubectl("annotate", "namespace", name, "owner=neighbours")
    fleet.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": NEIGHBOUR, "namespace": name},
            "data": {"key": "value"},
        }
    )


def metadata(fleet: Fleet) -> Object:
    found = fleet.cluster.get("namespace", fleet.namespace)
    assert found is not None
    assert found["status"]["phase"] == "Active"
    return dict(found["metadata"])


def assert_untouched(fleet: Fleet) -> None:
    found = metadata(fleet)
    assert LABELS.items() <= found["labels"].items()
    assert found["annotations"]["owner"] == "neighbours"
    neighbour = fleet.cluster.get("configmap", NEIGHBOUR, fleet.namespace)
    assert neighbour is not None
    assert neighbour["data"] == {"key": "value"}


def test_a_registry_without_a_volume_moves_in(fleet: Fleet) -> None:
    fleet.deploy(values={"persistence": {"enabled": False}})
    ready_without_causes(fleet)
    assert metadata(fleet)["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert_untouched(fleet)


def test_the_namespace_and_all_of_the_neighbour_survive_the_removal_from_git(fleet: Fleet) -> None:
    shutil.rmtree(fleet.folder)
    (fleet.folder.parent / "README.md").write_text("No applications.\n")
    commit = fleet.push("Remove the registry")
    until("application of the removal", lambda: commit in fleet.applied())
    until("cluster without the release", lambda: fleet.release() is None)
    until("cluster without its Pods", lambda: fleet.cluster.select("pods", fleet.namespace) == [])
    assert_untouched(fleet)
    assert not_applied(fleet)


def test_a_namespace_is_deleted_with_everything_in_it_only_if_the_config_file_asks_for_it(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit(
        "Add a registry, and let its Namespace go with it",
        values={"persistence": {"enabled": False}},
        namespace={"name": fleet.namespace, "prune": True},
    )
    fleet.ready()
    shutil.rmtree(fleet.folder)
    fleet.push("Remove the registry")
    until("cluster without the Namespace", lambda: fleet.cluster.get("namespace", fleet.namespace) is None)
