"""The effects of updates and deletions of single objects, of the kinds of the chart, and of others."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.diff import Effect
from registry_gitops.diff.object_pairs import compare_objects

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def plain(kind: str, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    api = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1"}.get(kind, "v1")
    found = {"apiVersion": api, "kind": kind, "metadata": {"name": "x", "namespace": "y"}, **fields}
    return found if spec is None else {**found, "spec": spec}


def workload(kind: str, image: str, **spec: Any) -> dict[str, Any]:
    return plain(kind, {"template": {"spec": {"containers": [{"name": "a", "image": image}]}}, **spec})


def effects(before: list[dict[str, Any]], after: list[dict[str, Any]], *, by_flux: bool = False) -> list[Effect]:
    return [change.effect for change in compare_objects(before, after, by_flux=by_flux)]


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (workload("Deployment", "a:1"), workload("Deployment", "a:2"), Effect.RESTARTS_PODS),
        (workload("Deployment", "a:1"), workload("Deployment", "a:2", strategy=ROLLING), Effect.STOPS_PODS),
        (
            workload("Deployment", "a:1"),
            workload("Deployment", "a:2", strategy=ROLLING, replicas=2),
            Effect.RESTARTS_PODS,
        ),
        (workload("Deployment", "a:1", replicas=0), workload("Deployment", "a:2", replicas=0), Effect.NOTHING),
        (workload("Deployment", "a:1", replicas=3), workload("Deployment", "a:1"), Effect.SCALES_PODS),
        (workload("StatefulSet", "a:1", replicas=2), workload("StatefulSet", "a:2", replicas=2), Effect.RESTARTS_PODS),
        (
            workload("DaemonSet", "a:1"),
            workload("DaemonSet", "a:2", updateStrategy={"type": "OnDelete"}),
            Effect.NOTHING,
        ),
        (workload("Job", "a:1"), workload("Job", "a:2"), Effect.REFUSED),
        (plain("Service", {"clusterIP": "10.0.0.1"}), plain("Service", {"clusterIP": "10.0.0.2"}), Effect.REFUSED),
        (plain("Service", {"clusterIP": "10.0.0.1"}), plain("Service", {}), Effect.NOTHING),
        (plain("Service", {"clusterIP": "None"}), plain("Service", {"type": "ExternalName"}), Effect.NOTHING),
        (plain("Service", {"ipFamilies": ["IPv4"]}), plain("Service", {"ipFamilies": ["IPv6"]}), Effect.REFUSED),
        (
            plain("Service", {"ipFamilies": ["IPv4"]}),
            plain("Service", {"ipFamilies": ["IPv4", "IPv6"]}),
            Effect.NOTHING,
        ),
        (plain("Secret", type="Opaque"), plain("Secret", type="kubernetes.io/tls"), Effect.REFUSED),
        (plain("ConfigMap", data={"a": "1"}), plain("ConfigMap", data={"a": "2"}), Effect.NOTHING),
        (plain("ConfigMap", data={"a": "1"}, immutable=True), plain("ConfigMap", data={"a": "2"}), Effect.REFUSED),
    ],
)
def test_update_has_its_effect(before: dict[str, Any], after: dict[str, Any], effect: Effect) -> None:
    assert effects([before], [after]) == [effect]


@pytest.mark.parametrize(
    ("spec", "same"),
    [
        (
            {"ports": [{"port": 80}]},
            {"ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}], "type": "ClusterIP"},
        ),
        ({"selector": {"a": "b"}, "externalIPs": []}, {"selector": {"a": "b"}}),
    ],
)
def test_default_of_the_api_is_no_change(spec: dict[str, Any], same: dict[str, Any]) -> None:
    assert effects([plain("Service", spec)], [plain("Service", same)]) == []


@pytest.mark.parametrize(
    ("kind", "default"), [("CronJob", {"concurrencyPolicy": "Allow"}), ("HorizontalPodAutoscaler", {"minReplicas": 1})]
)
def test_default_of_another_kind_is_no_change(kind: str, default: dict[str, Any]) -> None:
    assert effects([plain(kind, {})], [plain(kind, default)]) == []


def test_defaults_of_pods_are_no_change() -> None:
    container = {"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log", "env": []}
    probe = {"httpGet": {"path": "/", "port": 1, "scheme": "HTTP"}, "periodSeconds": 10, "failureThreshold": 3}
    limits = {"limits": {"cpu": 1}, "requests": {"cpu": "1"}}
    before, after = workload("Deployment", "a:1"), workload("Deployment", "a:1")
    pods = [each["spec"]["template"]["spec"] for each in (before, after)]
    pods[0]["containers"][0] |= {"livenessProbe": {"httpGet": {"port": 1}}, "resources": {"limits": {"cpu": "1000m"}}}
    pods[1]["containers"][0] |= {**container, "livenessProbe": probe, "resources": limits}
    pods[1] |= {"restartPolicy": "Always", "securityContext": {}, "terminationGracePeriodSeconds": 30, "volumes": []}
    assert effects([before], [after]) == []


@pytest.mark.parametrize(
    ("deleted", "by_flux", "effect"),
    [
        (plain("PersistentVolumeClaim"), False, Effect.DELETES_DATA),
        (plain("Namespace"), True, Effect.DELETES_DATA),
        (plain("Deployment"), False, Effect.STOPS_PODS),
        (plain("Service"), False, Effect.NOTHING),
    ],
)
def test_deletion_has_its_effect(deleted: dict[str, Any], by_flux: bool, effect: Effect) -> None:
    assert effects([deleted], [], by_flux=by_flux) == [effect]
    kept = {"helm.sh/resource-policy": "keep", "kustomize.toolkit.fluxcd.io/prune": "disabled"}
    annotated = {**deleted, "metadata": {**deleted["metadata"], "annotations": kept}}
    is_claim = deleted["kind"] == "PersistentVolumeClaim"
    assert effects([annotated], [], by_flux=by_flux) == [Effect.ORPHANS_DATA if is_claim else Effect.NOTHING]
