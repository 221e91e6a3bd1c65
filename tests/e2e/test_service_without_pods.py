"""`smoke` at a Service without a Pod that responds, on a real API server without a kubelet."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import process
from tests.support.api_server import ApiServer

LABELS = {"app": "registry"}
SPEC = {
    "nodeName": "node",
    "containers": [{"name": "registry", "image": "registry:3", "ports": [{"name": "http", "containerPort": 5000}]}],
}


def manifest(kind: str, name: str, spec: dict[str, Any], version: str = "v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": LABELS}, "spec": spec}


SERVICE = manifest("Service", "docker-registry", {"selector": LABELS, "ports": [{"name": "http", "port": 5000}]})
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": {key: SPEC[key] for key in ("containers",)}}
DEPLOYMENT = manifest(
    "Deployment",
    "docker-registry",
    {"replicas": 0, "selector": {"matchLabels": LABELS}, "template": TEMPLATE},
    "apps/v1",
)
POD = manifest("Pod", "docker-registry-0", SPEC)
CRASHED = {
    "phase": "Running",
    "conditions": [{"type": "Ready", "status": "False"}],
    "containerStatuses": [
        {
            **{"name": "registry", "ready": False, "restartCount": 4, "image": "registry:3", "imageID": ""},
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 1m20s"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
        }
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer() as one:
        yield one


def kubectl(server: ApiServer, *words: str, stdin: object = None) -> None:
    command = ["kubectl", "--kubeconfig", str(server.kubeconfig), *words]
    subprocess.run(command, input=json.dumps(stdin), text=True, check=True, capture_output=True)


def smoke(server: ApiServer, folder: Path) -> str:
    done = process("smoke", "--namespace", "default", "--kubeconfig", server.kubeconfig, folder=folder)
    assert (done.code, done.out) == (3, "")
    start = "error: no Pod is ready behind svc/docker-registry in namespace default: "
    assert done.err.startswith(start)
    return done.err.removeprefix(start)


def test_smoke_tells_why_nothing_responds(server: ApiServer, tmp_path: Path) -> None:
    kubectl(server, "apply", "-f", "-", stdin=SERVICE)
    assert smoke(server, tmp_path).startswith("there is no Pod, and no Deployment that creates one")
    kubectl(server, "apply", "-f", "-", stdin=DEPLOYMENT)
    assert smoke(server, tmp_path).startswith("Deployment/docker-registry has 0 replicas: set `values.replicaCount`")
    kubectl(server, "apply", "-f", "-", stdin=POD)
    assert smoke(server, tmp_path).startswith("Pod/docker-registry-0 is not ready yet (Pending)")
    state = json.dumps({"status": CRASHED})
    kubectl(server, "patch", "pod", "docker-registry-0", "--subresource=status", "--type=merge", "-p", state)
    assert "registry exits on start, with exit code 1" in smoke(server, tmp_path)
