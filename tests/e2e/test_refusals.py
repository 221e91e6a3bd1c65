"""Who says no when a Pod must be created again, or a release upgraded: `status` names it, and what it says helps."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from registry_gitops.cluster.status import CauseId
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.recording import record
from tests.e2e.remedies import list_commands, run, run_first
from tests.e2e.status import cause, ready_without_causes

NAME = "docker-registry"
WEBHOOK = "pods.policy.example.com"


@pytest.fixture(scope="module", autouse=True)
def _deployed(fleet: Fleet) -> None:
    """Deploy a registry without a CPU limit."""
    fleet.init()
    described = {**yaml.safe_load(fleet.description.read_text()), "release": IMPATIENT}
    described["values"] = {"resources": {"limits": {"cpu": None}}}
    fleet.description.write_text(yaml.safe_dump(described, sort_keys=False))
    fleet.commit("Add a registry")
    fleet.follow(wait=False)
    fleet.ready()


def lose_pod(fleet: Fleet) -> None:
    """Delete the Pod, so that the ReplicaSet has to create another one."""
    fleet.cluster.kubectl("delete", "pod", "-n", fleet.namespace, "--all", "--wait=false")


def test_webhook_whose_program_was_removed_is_no_policy(fleet: Fleet) -> None:
    fleet.cluster.apply(webhook(fleet))
    lose_pod(fleet)
    found = cause(fleet, CauseId.WEBHOOK_FAILED, f"the webhook {WEBHOOK} does not answer: its Service does not exist")
    record(fleet, "webhook-without-service")
    (find,) = list_commands(found.remedy, "kubectl")
    kind, name, webhooks = run(find).split()
    assert webhooks == WEBHOOK
    fleet.cluster.kubectl("delete", kind, name)
    ready_without_causes(fleet)


def test_quota_that_demands_a_limit_is_not_exceeded(fleet: Fleet) -> None:
    quota = {"hard": {"limits.cpu": "4"}}
    meta = {"name": "compute", "namespace": fleet.namespace}
    fleet.cluster.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": quota})
    lose_pod(fleet)
    found = cause(fleet, CauseId.LIMITS_REFUSED, "must specify limits.cpu for: registry")
    assert "set `values.resources.limits.cpu`;" in found.remedy
    record(fleet, "limits-demanded")
    fleet.commit("Limit the CPU", values={"resources": {"limits": {"cpu": "500m"}}})
    fleet.ready()
    ready_without_causes(fleet)


def test_account_of_the_release_gets_the_rights_that_it_lacks(fleet: Fleet) -> None:
    fleet.commit("Deploy as another account", release={"serviceAccountName": "deployer"})
    account = f"system:serviceaccount:{fleet.namespace}:deployer"
    found = cause(fleet, CauseId.ACCESS_DENIED, f"{account} is not allowed to list secrets")
    record(fleet, "release-without-rights")
    run_first(found.remedy, "kubectl")
    fleet.ready()
    ready_without_causes(fleet)


def webhook(fleet: Fleet) -> dict[str, Any]:
    """A webhook for the Pods of the fleet's namespace, without a program."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": fleet.name},
        "webhooks": [
            {
                "name": WEBHOOK,
                "clientConfig": {"service": {"namespace": fleet.namespace, "name": "policy", "path": "/validate"}},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": fleet.namespace}},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            }
        ],
    }
