"""Flux leaves the number of Pods to the autoscaler."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops import RegistryDeployment
from registry_gitops.render import build_objects

SCALED = {
    "autoscaling": {"enabled": True},
    "http": {"existingSecret": "uploads"},
    "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}},
}
IGNORED = {"paths": ["/spec/replicas"], "target": {"kind": "Deployment"}}


def drift_detection(drift: dict[str, Any] | None, values: dict[str, Any]) -> Any:
    release = {} if drift is None else {"driftDetection": drift}
    deployment = RegistryDeployment.model_validate({"release": release, "values": values})
    return build_objects(deployment)[-1].to_manifest_dict()["spec"].get("driftDetection")


@pytest.mark.parametrize("mode", ["warn", "enabled"])
def test_drift_detection_ignores_replicas_under_an_autoscaler(mode: str) -> None:
    assert drift_detection({"mode": mode}, SCALED) == {"mode": mode, "ignore": [IGNORED]}


def test_drift_detection_keeps_the_rules_of_the_user() -> None:
    mine = {"paths": ["/metadata/annotations"]}
    assert drift_detection({"mode": "enabled", "ignore": [mine]}, SCALED)["ignore"] == [mine, IGNORED]


@pytest.mark.parametrize(
    ("drift", "values"),
    [
        (None, SCALED),
        ({"mode": "disabled"}, SCALED),
        ({"mode": "enabled"}, {}),
        ({"mode": "enabled", "ignore": [{"paths": ["/spec/replicas"]}]}, SCALED),
    ],
)
def test_drift_detection_is_as_the_user_wrote_it_otherwise(
    drift: dict[str, Any] | None, values: dict[str, Any]
) -> None:
    assert drift_detection(drift, values) == drift
