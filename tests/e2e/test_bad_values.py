"""A value that the chart's schema refuses, on a way that `render` does not see: a ConfigMap that valuesFrom names."""

from __future__ import annotations

import yaml

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import Object, until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.status import cause, status

SETTINGS = "docker-registry-settings"


def commit_settings(fleet: Fleet, message: str, **values: object) -> None:
    """Push a ConfigMap with values; by its label, Flux takes a change of it up at once."""
    labels = {"reconcile.fluxcd.io/watch": "Enabled"}
    found = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": SETTINGS, "namespace": fleet.namespace, "labels": labels},
        "data": {"values.yaml": yaml.safe_dump(values)},
    }
    (fleet.folder / "settings.yaml").write_text(yaml.safe_dump(found))
    fleet.commit(message)


def pod(fleet: Fleet) -> Object:
    (found,) = fleet.pods()
    return found


def test_values_may_come_from_a_configmap(fleet: Fleet) -> None:
    fleet.init()
    source = {"kind": "ConfigMap", "name": SETTINGS}
    fleet.describe(release={**IMPATIENT, "valuesFrom": [source]}, kustomization={"resources": ["settings.yaml"]})
    commit_settings(fleet, "Add a registry", terminationGracePeriodSeconds=90)
    fleet.follow(wait=False)
    fleet.ready()
    assert pod(fleet)["spec"]["terminationGracePeriodSeconds"] == 90


def test_status_names_the_value_that_the_schema_refuses(fleet: Fleet) -> None:
    before = pod(fleet)
    commit_settings(fleet, "Allow more time", terminationGracePeriodSeconds="long")
    found = cause(fleet, CauseId.VALUES_REFUSED, "terminationGracePeriodSeconds")
    assert found.location.object == f"HelmRelease/{fleet.namespace}/docker-registry"
    assert f"ConfigMap/{SETTINGS}" in found.remedy
    # Helm looks at the values before it changes anything.
    assert pod(fleet)["metadata"]["uid"] == before["metadata"]["uid"]
    # While it tries again, the status is that of the last try.
    assert until("status of a failure", lambda: status(fleet, code=1)).replicas is not None


def test_what_served_before_serves_on(fleet: Fleet) -> None:
    fleet.cli("smoke", "--namespace", fleet.namespace)


def test_fixed_in_git_it_is_ready_again_by_itself(fleet: Fleet) -> None:
    commit_settings(fleet, "Say how long", terminationGracePeriodSeconds=120)
    release = fleet.ready()
    assert release["status"]["history"][0]["status"] == "deployed"
    assert pod(fleet)["spec"]["terminationGracePeriodSeconds"] == 120
