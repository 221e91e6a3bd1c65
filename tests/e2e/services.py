"""What a replicated registry needs in its cluster, as Pods in its Namespace: an S3 server and a redis."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.bed.images import REDIS, REGISTRY, S3
from tests.e2e.cluster import Cluster

BUCKET = "images"
ACCESS_KEY = "registry"
SECRET_KEY = "the secret key of the scenarios"
PASSWORD = "the password of redis"


def start_s3(cluster: Cluster, namespace: str, *buckets: str) -> str:
    """Start an S3 server with empty buckets (BUCKET), wait until it is ready, and return its URL in the cluster."""
    folders = " ".join(f"/data/{bucket}" for bucket in buckets or (BUCKET,))
    command = f"mkdir -p {folders} && exec versitygw --quiet --port :7070 posix /data"
    keys = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    container = {
        "image": S3,
        "command": ["sh", "-c", command],
        "env": [{"name": name, "value": value} for name, value in keys.items()],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    _start(cluster, namespace, "s3", 7070, container, volumes=[{"name": "data", "emptyDir": {}}])
    return f"http://s3.{namespace}.svc:7070"


def start_redis(cluster: Cluster, namespace: str) -> str:
    """Start a redis with PASSWORD, wait until it is ready, and return HOST:PORT."""
    options = ["--requirepass", PASSWORD, "--save", "", "--appendonly", "no", "--dir", "/tmp"]
    container = {"image": REDIS, "args": options, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}
    _start(cluster, namespace, "redis", 6379, container, volumes=[{"name": "tmp", "emptyDir": {}}])
    return f"redis.{namespace}.svc:6379"


def start_registry(cluster: Cluster, namespace: str) -> str:
    """Start an empty registry that everybody may use, wait until it is ready, and return its URL in the cluster."""
    container = {"image": REGISTRY[0], "volumeMounts": [{"name": "data", "mountPath": "/var/lib/registry"}]}
    _start(cluster, namespace, "upstream", 5000, container, volumes=[{"name": "data", "emptyDir": {}}])
    return f"http://upstream.{namespace}.svc:5000"


def _start(
    cluster: Cluster, namespace: str, name: str, port: int, container: dict[str, Any], volumes: list[dict[str, Any]]
) -> None:
    """Create a Deployment of one Pod that `restricted` admits and a Service, and wait until it is available."""
    labels = {"app": name}
    container |= {
        "name": name,
        "ports": [{"containerPort": port}],
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "containers": [container],
        "volumes": volumes,
        "securityContext": {
            **{"runAsNonRoot": True, "runAsUser": 1000, "fsGroup": 1000},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    metadata = {"name": name, "namespace": namespace}
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": labels, "ports": [{"port": port}]},
        },
    )
    cluster.kubectl("rollout", "status", "-n", namespace, f"deployment/{name}", "--timeout=60s")


def replicated(cluster: Cluster, namespace: str) -> dict[str, Any]:
    """Start both services in a new Namespace, with the registry's Secrets, and return the values that name them."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    secrets = {
        "registry-s3": {"access-key": ACCESS_KEY, "secret-key": SECRET_KEY},
        "registry-redis": {"redis-password": json.dumps(PASSWORD)},
        "registry-http": {"http-secret": "a secret that all replicas share"},
    }
    for name, content in secrets.items():
        metadata = {"name": name, "namespace": namespace}
        cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": content})
    endpoint, redis = start_s3(cluster, namespace), start_redis(cluster, namespace)
    return {
        "storage": {
            "type": "s3",
            "s3": {
                **{"bucket": BUCKET, "regionEndpoint": endpoint, "redirect": False},
                "existingSecret": "registry-s3",
            },
        },
        "cache": {"type": "redis", "redis": {"addrs": [redis], "existingSecret": "registry-redis"}},
        "http": {"existingSecret": "registry-http"},
        "persistence": {"enabled": False},
        # The chart lets a new Pod prove itself until these have shown a wrong setting of S3: 35 seconds by default.
        "configuration": {"health": {"storagedriver": {"interval": "1s", "threshold": 3}}},
    }


def address(cluster: Cluster, namespace: str) -> str:
    """Return HOST:PORT of the registry's Service, for a program in the network of the node."""
    service = cluster.get("service", "docker-registry", namespace)
    assert service is not None
    return f"{service['spec']['clusterIP']}:{service['spec']['ports'][0]['port']}"
