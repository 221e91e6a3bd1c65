"""People change objects of a running registry: `status` names what they changed, and each of its commands helps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.cluster.status import Cause, CauseId
from registry_gitops.findings import Severity
from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet
from tests.e2e.recording import record
from tests.e2e.remedies import run_first
from tests.e2e.status import cause, ready_without_causes, status, text

NAME = "docker-registry"
CONFIGURATION = "version: 0.1\nstorage:\n  inmemory: {}\nhttp:\n  addr: :5000\n"


def patch(fleet: Fleet, kind: str, change: dict[str, Any]) -> None:
    """Change an object as `kubectl edit` does."""
    options = ("--type=merge", "--field-manager=kubectl-edit", f"--patch={json.dumps(change)}")
    fleet.cluster.kubectl("patch", kind, NAME, "-n", fleet.namespace, *options)


def endpoints(fleet: Fleet) -> list[str]:
    """Return the addresses behind the Service."""
    slices = fleet.cluster.select("endpointslices", fleet.namespace, f"kubernetes.io/service-name={NAME}")
    return [address for item in slices for each in item["endpoints"] or () for address in each["addresses"]]


def test_service_whose_selector_was_edited_is_named(fleet: Fleet) -> None:
    fleet.deploy(release={"driftDetection": {"mode": "disabled"}})
    ready_without_causes(fleet)
    patch(fleet, "service", {"spec": {"selector": {"app.kubernetes.io/name": "another"}}})
    found = cause(fleet, CauseId.DRIFTED, "selects no Pod of the registry", Severity.WARNING)
    assert not endpoints(fleet)
    record(fleet, "service-selector-edited")
    run_first(found.remedy, "flux")
    ready_without_causes(fleet)
    until("Service with an endpoint", lambda: endpoints(fleet))


def test_config_map_that_was_edited_is_named_before_and_after_a_pod_reads_it(fleet: Fleet) -> None:
    patch(fleet, "configmap", {"data": {"config.yml": CONFIGURATION}})
    found = cause(fleet, CauseId.DRIFTED, "data.config.yml by kubectl-edit", Severity.WARNING)
    assert "runs with" not in found.message
    record(fleet, "config-map-edited")
    fleet.cluster.kubectl("delete", "pods", "-n", fleet.namespace, f"--selector=app.kubernetes.io/name={NAME}")
    found = until("Pod that runs with the edit", lambda: running_with_edit(fleet))
    record(fleet, "config-map-edited-and-read")
    run_first(found.remedy, "flux")


def running_with_edit(fleet: Fleet) -> Cause | None:
    findings = status(fleet).findings if fleet.pods() and all_ready(fleet) else ()
    return next((each for each in findings if "runs with the changed configuration" in each.message), None)


def all_ready(fleet: Fleet) -> bool:
    states = [each for pod in fleet.pods() for each in pod["status"].get("conditions", ()) if each["type"] == "Ready"]
    return bool(states) and all(each["status"] == "True" for each in states)


def test_pod_that_keeps_the_edited_configuration_needs_a_restart(fleet: Fleet) -> None:
    found = cause(fleet, CauseId.RESTART_NEEDED, "may run with another configuration", Severity.WARNING)
    record(fleet, "configuration-put-back")
    run_first(found.remedy, "kubectl")
    ready_without_causes(fleet)
    (pod,) = fleet.pods()
    read = fleet.cluster.kubectl(
        "exec", "-n", fleet.namespace, pod["metadata"]["name"], "--", "cat", "/etc/distribution/config.yml"
    )
    assert "rootdirectory" in read


def test_network_policy_is_named_only_if_it_was_edited(fleet: Fleet) -> None:
    fleet.commit("Let in Pods of the namespace", values={"networkPolicy": {"enabled": True}})
    fleet.ready()
    ready_without_causes(fleet)
    nobody = {"podSelector": {"matchLabels": {"app": "nobody"}}}
    patch(fleet, "networkpolicy", {"spec": {"ingress": [{"from": [nobody]}]}})
    found = cause(fleet, CauseId.DRIFTED, "the NetworkPolicy was changed by hand", Severity.WARNING)
    record(fleet, "network-policy-edited")
    run_first(found.remedy, "flux")
    ready_without_causes(fleet)


def test_autoscaler_of_somebody_else_and_flux_are_named_until_flux_ignores_the_replicas(fleet: Fleet) -> None:
    enabled = {"mode": "enabled"}
    fleet.commit("Undo drift", release={"driftDetection": enabled})
    fleet.ready()
    where = ("-n", fleet.namespace, f"deployment/{NAME}")
    fleet.cluster.kubectl("autoscale", *where, "--min=2", "--max=3", "--cpu=80%")
    found = cause(fleet, CauseId.CHANGED_BY_CONTROLLER, "and Flux both set the number of Pods", Severity.WARNING)
    assert "`release.driftDetection.ignore`" in found.remedy
    assert "by hand" not in text(fleet)
    record(fleet, "autoscaler-and-flux")
    fleet.commit("Ignore replicas", release={"driftDetection": {**enabled, "ignore": [{"paths": ["/spec/replicas"]}]}})
    fleet.ready()
    ready_without_causes(fleet)


def test_deployment_that_this_user_may_not_read_is_not_missing(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(restricted(fleet)))
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    found = cause(fleet, CauseId.NOT_READ, "not allowed to read Deployments", Severity.WARNING)
    assert found.location.object == f"HelmRelease/{fleet.namespace}/{NAME}"
    record(fleet, "deployment-forbidden")


def restricted(fleet: Fleet) -> dict[str, Any]:
    """Return the kubeconfig of a user who may read everything but Deployments and ReplicaSets."""
    groups = {"": ["pods", "services", "configmaps", "events", "persistentvolumeclaims", "serviceaccounts"]}
    groups |= {"helm.toolkit.fluxcd.io": ["*"], "networking.k8s.io": ["*"], "autoscaling": ["*"], "policy": ["*"]}
    rules = [{"apiGroups": [group], "resources": kinds, "verbs": ["get", "list"]} for group, kinds in groups.items()]
    rules.append({"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": ["get", "list"]})
    metadata = {"name": "restricted", "namespace": fleet.namespace}
    api = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": "restricted", "namespace": fleet.namespace}
    fleet.cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [subject],
            "roleRef": {"apiGroup": api, "kind": "Role", "name": "restricted"},
        },
    )
    token = fleet.cluster.kubectl("create", "token", "restricted", "-n", fleet.namespace).strip()
    found: dict[str, Any] = yaml.safe_load(fleet.cluster.kubectl("config", "view", "--raw", "--flatten", "--minify"))
    found["users"][0]["user"] = {"token": token}
    return found
