"""Registries that do not start, each for its own reason, side by side: `status` names the reason of each one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import yaml

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.status import Cause, CauseId, assess, read_snapshot
from tests.e2e.cluster import until
from tests.e2e.fleet import IMPATIENT, Fleet
from tests.e2e.recording import record


class _Case(NamedTuple):
    values: dict[str, Any]
    cause: CauseId
    saying: str
    remedy: str


_S3 = {"type": "s3", "s3": {"bucket": "images", "regionEndpoint": "http://127.0.0.1:1"}}
_QUICK_CHECKS = {"health": {"storagedriver": {"interval": "1s", "threshold": 2}}}
_MISSING_KEY = {"name": "SEED", "valueFrom": {"configMapKeyRef": {"name": "docker-registry", "key": "seed"}}}

CASES = {
    "image-runs-as-root": _Case(
        {"containerSecurityContext": {"runAsUser": None}},
        CauseId.CONTAINER_NOT_STARTED,
        "would run as root",
        "values.containerSecurityContext.runAsUser",
    ),
    "program-missing": _Case(
        {"command": ["registry-serve"]},
        CauseId.CONTAINER_NOT_STARTED,
        "does not have the program",
        "values.command",
    ),
    "image-never-pulled": _Case(
        {"image": {"tag": "9.9.9", "pullPolicy": "Never"}},
        CauseId.IMAGE_NOT_PULLED,
        "the pull policy forbids",
        "values.image.pullPolicy",
    ),
    "key-missing": _Case(
        {"extraEnvVars": [_MISSING_KEY]},
        CauseId.SECRET_MISSING,
        "the ConfigMap docker-registry lacks the key seed",
        "add the key",
    ),
    "config-map-missing": _Case(
        {"extraEnvVarsCM": "settings"},
        CauseId.SECRET_MISSING,
        "the ConfigMap settings does not exist",
        "values.extraEnvVarsCM",
    ),
    "cached-registry-unreachable": _Case(
        {"proxy": {"enabled": True, "remoteUrl": "https://registry.invalid"}},
        CauseId.CRASH_LOOP,
        "cannot reach the registry that it caches",
        "values.proxy.remoteUrl",
    ),
    "certificate-not-pem": _Case(
        {"tls": {"enabled": True, "existingSecret": "certificate"}},
        CauseId.CRASH_LOOP,
        "no valid PEM file",
        "values.tls.existingSecret",
    ),
    "ends-without-error": _Case(
        {"args": ["--version"]},
        CauseId.CRASH_LOOP,
        "ends at once, without an error",
        "values.args",
    ),
    "init-container-fails": _Case(
        {"initContainers": [{"name": "migrate", "image": "docker.io/library/registry:3.1.1", "command": ["false"]}]},
        CauseId.CRASH_LOOP,
        "migrate, which runs before the registry",
        "values.initContainers",
    ),
    "hook-fails": _Case(
        {"lifecycleHooks": {"postStart": {"exec": {"command": ["false"]}}}},
        CauseId.CONTAINER_NOT_STARTED,
        "runs after the start",
        "values.lifecycleHooks.postStart",
    ),
    "s3-without-credentials": _Case(
        {"storage": _S3, "configuration": _QUICK_CHECKS},
        CauseId.NOT_HEALTHY,
        "it has no credentials",
        "values.storage.s3.existingSecret",
    ),
}


@pytest.fixture(scope="module")
def registries(fleet: Fleet) -> Iterator[None]:
    """All of them, in namespaces of their own."""
    for name, case in CASES.items():
        folder = f"apps/{name}"
        fleet.cli("init", folder, "--namespace", f"{fleet.name}-{name}")
        file = fleet.tree / folder / "registry.yaml"
        config = yaml.safe_load(file.read_text().replace("\n  name: flux-system\n", f"\n  name: {fleet.name}\n"))
        config |= {"release": IMPATIENT, "values": {"persistence": {"enabled": False}, **case.values}}
        file.write_text(yaml.safe_dump(config))
        fleet.cli("render", file)
    place = f"{fleet.name}-certificate-not-pem"
    secret = {"kind": "Secret", "apiVersion": "v1", "stringData": {"tls.crt": "no PEM", "tls.key": "no PEM"}}
    fleet.cluster.apply(
        {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": place}},
        {**secret, "metadata": {"name": "certificate", "namespace": place}},
    )
    fleet.push("Add registries that do not start")
    fleet.follow(wait=False)
    yield
    names = [f"{fleet.name}-{name}" for name in CASES]
    fleet.cluster.kubectl("delete", "kustomization", fleet.name, "-n", "flux-system")
    fleet.cluster.kubectl("delete", "namespace", *names, "--ignore-not-found", "--wait=false")


@pytest.mark.usefixtures("registries")
@pytest.mark.parametrize("name", CASES)
def test_status_names_why_the_registry_does_not_start(fleet: Fleet, name: str) -> None:
    case, namespace = CASES[name], f"{fleet.name}-{name}"

    def named() -> Cause:
        first, *_ = (*assess(read_snapshot(Kubectl(), namespace, "docker-registry")).findings, None)
        assert first is not None
        assert first.id is case.cause, first
        assert case.saying in first.message, first
        assert case.remedy in first.remedy, first
        return first

    until(f"cause of {name}", named, 120)
    record(fleet, name, namespace)
