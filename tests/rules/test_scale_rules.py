"""Rules about buckets, redis, and several Pods: what they leave alone. Bad deployments are in test_deploy.py."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops import RegistryDeployment
from registry_gitops.rules import lint

BUCKET = {"bucket": "images", "regionEndpoint": "https://s3.example.com"}
ENDPOINT = {"type": "s3", "s3": BUCKET}
FINE: dict[str, list[dict[str, Any]]] = {
    "bucket-path": [
        {"configuration": {"storage": {"s3": {"bucket": "b", "region": "eu-central-1"}}}},
        {"configuration": {"storage": {"s3": {"regionendpoint": "https://s3.example.com", "forcepathstyle": False}}}},
        {"storage": ENDPOINT},
    ],
    "bucket-credentials": [
        {"storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}}},
        {"storage": {"type": "s3", "s3": BUCKET | {"existingSecret": "registry-s3"}}},
        {"storage": ENDPOINT, "extraEnvVarsSecret": "keys"},
        {"storage": {"type": "s3", "s3": {"bucket": "images", "regionEndpoint": "s3.eu-west-1.amazonaws.com"}}},
    ],
    "redis-servers": [
        {"cache": {"type": "redis", "redis": {"addrs": ["redis.cache.svc.cluster.local:6379"]}}},
        {"cache": {"type": "redis", "redis": {"addrs": ["redis-cluster-0:6379", "redis-cluster-1:6379"]}}},
        {"cache": {"type": "redis", "redis": {"addrs": ["sentinel:26379"], "masterName": "main"}}},
    ],
    "blocked-drain": [
        {"pdb": {"enabled": True}},
        {"pdb": {"minAvailable": 1}},
        {"pdb": {"enabled": True, "minAvailable": "50%"}, "replicaCount": 0},
        {
            "pdb": {"enabled": True, "minAvailable": 1},
            "autoscaling": {"enabled": True},
            "http": {"existingSecret": "registry-http"},
            "storage": ENDPOINT,
        },
    ],
}


@pytest.mark.parametrize(
    ("release", "values"),
    [
        ({}, {}),
        ({"timeout": "1m", "upgrade": {"strategy": {"name": "RetryOnFailure"}}}, {"replicaCount": 3}),
        ({"timeout": "3m"}, {"replicaCount": 3}),
        ({"timeout": "1m"}, {"replicaCount": 1}),
        ({"timeout": "1m"}, {"replicaCount": 3, "updateStrategy": {"type": "Recreate"}}),
        (
            {"timeout": "1m"},
            {
                "replicaCount": 3,
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%"}},
            },
        ),
    ],
)
def test_rollout_ends_in_time(release: dict[str, Any], values: dict[str, Any]) -> None:
    replicated = {"http": {"existingSecret": "registry-http"}, "storage": ENDPOINT, **values}
    deployment = RegistryDeployment.model_validate({"release": release, "values": replicated})
    assert "rollout-timeout" not in {finding.id for finding in lint(deployment)}


@pytest.mark.parametrize(("rule", "values"), [(rule, values) for rule, cases in FINE.items() for values in cases])
def test_rule_leaves_alone_what_works(rule: str, values: dict[str, Any]) -> None:
    deployment = RegistryDeployment.model_validate({"values": values})
    assert rule not in {finding.id for finding in lint(deployment)}
