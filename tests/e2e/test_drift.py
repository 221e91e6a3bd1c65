"""Somebody scales and edits the Deployment by hand: `status` shows it, and Flux undoes it where it is told to."""

from __future__ import annotations

import json

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from tests.e2e.cluster import Object, condition, is_ready, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import cause, ready_without_causes, status

NAME = "docker-registry"


def deployment(fleet: Fleet) -> Object:
    found = fleet.cluster.get("deployment", NAME, fleet.namespace)
    assert found is not None
    return found


def image_of(fleet: Fleet) -> str:
    (container,) = deployment(fleet)["spec"]["template"]["spec"]["containers"]
    return str(container["image"])


def scale(fleet: Fleet, replicas: int) -> None:
    fleet.cluster.kubectl("scale", "-n", fleet.namespace, f"deployment/{NAME}", f"--replicas={replicas}")


def watch_for_drift(fleet: Fleet, mode: str) -> None:
    """Let Flux look every few seconds for what others changed."""
    fleet.commit(f"Drift detection: {mode}", release={"interval": "5s", "driftDetection": {"mode": mode}})


def test_status_warns_of_a_deployment_that_was_scaled_by_hand(fleet: Fleet) -> None:
    fleet.init()
    watch_for_drift(fleet, "warn")
    fleet.follow(wait=False)
    fleet.ready()
    ready_without_causes(fleet)
    scale(fleet, 2)
    found = cause(fleet, CauseId.DRIFTED, "spec.replicas", Severity.WARNING)
    assert found.location.object == f"Deployment/{fleet.namespace}/{NAME}"
    # With `warn`, that is all.
    drifted = until("event of the drift", lambda: events(fleet, "DriftDetected"))
    assert f"Deployment/{fleet.namespace}/{NAME} changed" in drifted[0]["message"]
    assert deployment(fleet)["spec"]["replicas"] == 2


def events(fleet: Fleet, reason: str) -> list[Object]:
    found = json.loads(
        fleet.cluster.kubectl("get", "events", "-n", fleet.namespace, f"--field-selector=reason={reason}", "-o", "json")
    )
    items: list[Object] = found["items"]
    return items


def test_drift_detection_takes_it_back_without_another_release(fleet: Fleet) -> None:
    watch_for_drift(fleet, "enabled")
    until("Deployment of one replica", lambda: deployment(fleet)["spec"]["replicas"] == 1)
    release = until("HelmRelease that is Ready", lambda: fleet.release() if is_ready(fleet.release()) else None)
    assert len(release["status"]["history"]) == 1


def test_an_edit_by_hand_is_taken_back_by_itself_and_stands_in_the_events(fleet: Fleet) -> None:
    ours = image_of(fleet)
    fleet.cluster.kubectl("set", "image", "-n", fleet.namespace, f"deployment/{NAME}", f"registry={ours}-alpine")
    until("Deployment with the image of the chart", lambda: image_of(fleet) == ours)

    def told() -> bool:
        found = status(fleet)
        assert not [each for each in found.findings if each.id is CauseId.DRIFTED], found
        corrected = [each for each in found.events if each.reason == "DriftCorrected"]
        return any(f"Deployment/{fleet.namespace}/{NAME}" in each.message for each in corrected)

    until("status that is ready, with an event of the correction", told)
    assert condition(deployment(fleet), "Available")["status"] == "True"
