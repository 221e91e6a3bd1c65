"""The table of the Pod Security Standards agrees with the evaluator of the API server."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import PodPart, PodShape, list_violations, shape_pod
from registry_gitops.rules import lint
from registry_gitops.values import RegistryValues
from tests.support.helm import Chart
from tests.support.tools import podsecurity

LEVELS = ("restricted", "baseline", "privileged")

CONTAINER = {
    "name": "c",
    "image": "i",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
}


def of_pod(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(POD), **fields}


def of_pod_context(**fields: Any) -> dict[str, Any]:
    return of_pod(securityContext={**POD["securityContext"], **fields})  # type: ignore[dict-item]


def of_container(**fields: Any) -> dict[str, Any]:
    return of_pod(containers=[{**CONTAINER, **fields}])


def of_context(**fields: Any) -> dict[str, Any]:
    return of_container(securityContext={**CONTAINER["securityContext"], **fields})  # type: ignore[dict-item]


PODS: dict[str, tuple[dict[str, Any], str]] = {
    "good": (POD, "restricted"),
    "empty": ({"containers": [{"name": "c", "image": "i"}]}, "baseline"),
    "hostNetwork": (of_pod(hostNetwork=True), "privileged"),
    "hostNetwork false": (of_pod(hostNetwork=False), "restricted"),
    "hostPID": (of_pod(hostPID=True), "privileged"),
    "hostIPC": (of_pod(hostIPC=True), "privileged"),
    "hostProcess of the Pod": (of_pod_context(windowsOptions={"hostProcess": True}), "privileged"),
    "hostProcess": (of_context(windowsOptions={"hostProcess": True}), "privileged"),
    "privileged": (of_context(privileged=True, allowPrivilegeEscalation=True), "privileged"),
    "capability of restricted": (of_context(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}), "restricted"),
    "capability of baseline": (of_context(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}), "baseline"),
    "capability": (of_context(capabilities={"drop": ["ALL"], "add": ["CHOWN", "SYS_ADMIN"]}), "privileged"),
    "no capability dropped": (of_context(capabilities={"drop": ["NET_RAW"]}), "baseline"),
    "no capabilities": (of_context(capabilities=None), "baseline"),
    "hostPath": (of_pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), "privileged"),
    "nfs": (of_pod(volumes=[{"name": "v", "nfs": {"server": "s", "path": "/"}}]), "baseline"),
    "volumes": (
        of_pod(
            volumes=[
                {"name": "a", "configMap": {"name": "a"}},
                {"name": "b", "csi": {"driver": "d"}},
                {"name": "c", "downwardAPI": {}},
                {"name": "d", "emptyDir": {}},
                {"name": "e", "ephemeral": {}},
                {"name": "f", "image": {}},
                {"name": "g", "persistentVolumeClaim": {"claimName": "c"}},
                {"name": "h", "projected": {}},
                {"name": "i", "secret": {}},
            ]
        ),
        "restricted",
    ),
    "hostPort": (of_container(ports=[{"containerPort": 1, "hostPort": 1}]), "privileged"),
    "hostPort 0": (of_container(ports=[{"containerPort": 1, "hostPort": 0}]), "restricted"),
    "host of a probe": (of_container(livenessProbe={"httpGet": {"host": "h", "port": 1}}), "privileged"),
    "host of a hook": (of_container(lifecycle={"preStop": {"tcpSocket": {"host": "h", "port": 1}}}), "privileged"),
    "probe": (of_container(readinessProbe={"tcpSocket": {"port": 1}}), "restricted"),
    "AppArmor": (of_context(appArmorProfile={"type": "Unconfined"}), "privileged"),
    "AppArmor default": (of_pod_context(appArmorProfile={"type": "RuntimeDefault"}), "restricted"),
    "SELinux type": (of_context(seLinuxOptions={"type": "spc_t"}), "privileged"),
    "SELinux level": (of_context(seLinuxOptions={"type": "container_t", "level": "s0:c1"}), "restricted"),
    "SELinux user": (of_pod_context(seLinuxOptions={"user": "u"}), "privileged"),
    "SELinux role": (of_pod_context(seLinuxOptions={"role": "r"}), "privileged"),
    "procMount": (of_context(procMount="Unmasked"), "privileged"),
    "seccomp of the Pod": (of_pod_context(seccompProfile={"type": "Unconfined"}), "privileged"),
    "seccomp": (of_context(seccompProfile={"type": "Unconfined"}), "privileged"),
    "seccomp of a file": (of_context(seccompProfile={"type": "Localhost", "localhostProfile": "p"}), "restricted"),
    "no seccomp": (of_pod_context(seccompProfile=None), "baseline"),
    "sysctl": (of_pod_context(sysctls=[{"name": "kernel.msgmax", "value": "1"}]), "privileged"),
    "safe sysctl": (of_pod_context(sysctls=[{"name": "net.ipv4.tcp_rmem", "value": "1"}]), "restricted"),
    "escalation": (of_context(allowPrivilegeEscalation=None), "baseline"),
    "root of the Pod": (of_pod_context(runAsUser=0), "baseline"),
    "root": (of_context(runAsUser=0), "baseline"),
    "user": (of_context(runAsUser=1), "restricted"),
    "runAsNonRoot of the Pod": (of_pod_context(runAsNonRoot=False), "baseline"),
    "runAsNonRoot of the container": (
        {**of_context(runAsNonRoot=True), "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}},
        "restricted",
    ),
    "runAsNonRoot false in the container": (of_context(runAsNonRoot=False), "baseline"),
    "runAsNonRoot of both": (
        {**of_context(runAsNonRoot=True), "securityContext": {**POD["securityContext"], "runAsNonRoot": False}},  # type: ignore[dict-item]
        "baseline",
    ),
}
"""A Pod, and the strictest level that admits it."""


def shape(pod: dict[str, Any]) -> PodShape:
    plain = _without_none(pod)
    containers = [PodPart(spec, "container", "context") for spec in plain["containers"]]
    volumes = [PodPart(spec, "volume") for spec in plain.get("volumes", [])]
    return PodShape(PodPart(plain, "pod", "pod.context"), tuple(containers), tuple(volumes))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", PODS)
def test_violations_name_the_level_that_admits_the_pod(name: str) -> None:
    pod, admitted_by = PODS[name]
    found = list(list_violations(shape(pod), "restricted"))
    needed = max((LEVELS.index(violation.allowed_by) for violation in found), default=0)
    assert LEVELS[needed] == admitted_by
    for level in LEVELS[needed:]:
        assert list(list_violations(shape(pod), level)) == []


@pytest.mark.tools
@pytest.mark.parametrize("level", ["restricted", "baseline"])
def test_verdicts_are_those_of_the_api_server(level: str) -> None:
    documents = [
        {"kind": "Pod", "metadata": {"name": f"p{index}", "namespace": "apps"}, "spec": pod}
        for index, (pod, _) in enumerate(PODS.values())
    ]
    refused = {line.split(": ")[1] for line in podsecurity(yaml.safe_dump_all(documents, sort_keys=False), level=level)}
    ours = {f"Pod apps/p{i}" for i, (pod, _) in enumerate(PODS.values()) if any(list_violations(shape(pod), level))}
    assert refused == ours


VALUES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "defaults": ({}, []),
    "root": (
        {"containerSecurityContext": {"runAsUser": 0}},
        ["values.containerSecurityContext.runAsUser"],
    ),
    "root, said twice": (
        {"podSecurityContext": {"runAsUser": 0}, "containerSecurityContext": {"runAsUser": 0, "runAsNonRoot": False}},
        [
            "values.containerSecurityContext.runAsNonRoot",
            "values.podSecurityContext.runAsUser",
            "values.containerSecurityContext.runAsUser",
        ],
    ),
    "privileged": (
        {"containerSecurityContext": {"privileged": True, "allowPrivilegeEscalation": True}},
        [
            "values.containerSecurityContext.privileged",
            "values.containerSecurityContext.allowPrivilegeEscalation",
        ],
    ),
    "capabilities": (
        {"containerSecurityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "CHOWN"]}}},
        ["values.containerSecurityContext.capabilities.add[1]"],
    ),
    "no seccomp": (
        {"containerSecurityContext": {"seccompProfile": None}, "podSecurityContext": {"seccompProfile": None}},
        ["values.containerSecurityContext.seccompProfile"],
    ),
    "no contexts": (
        {"containerSecurityContext": {"enabled": False}, "podSecurityContext": {"enabled": False}},
        [
            "values.containerSecurityContext.allowPrivilegeEscalation",
            "values.containerSecurityContext.runAsNonRoot",
            "values.containerSecurityContext.seccompProfile",
            "values.containerSecurityContext.capabilities.drop",
        ],
    ),
    "host network": ({"hostNetwork": True}, ["values.hostNetwork"]),
    "volumes": (
        {
            "extraVolumes": [
                {"name": "a", "hostPath": {"path": "/a"}},
                {"name": "b", "emptyDir": {}},
                {"name": "c", "nfs": {"server": "s", "path": "/c"}},
            ]
        },
        ["values.extraVolumes[0].hostPath", "values.extraVolumes[2].nfs"],
    ),
    "containers": (
        {
            "initContainers": [{"name": "a", "image": "i", "securityContext": {"runAsUser": 0}}],
            "sidecars": [
                {"name": "b", "image": "i"},
                {"name": "c", "image": "i", "ports": [{"containerPort": 1, "hostPort": 2}]},
            ],
        },
        [
            "values.sidecars[1].ports[0].hostPort",
            "values.initContainers[0].securityContext.allowPrivilegeEscalation",
            "values.initContainers[0].securityContext.runAsUser",
            "values.initContainers[0].securityContext.capabilities.drop",
        ],
    ),
    "root, with a sidecar": (
        {"containerSecurityContext": {"runAsUser": 0}, "sidecars": [{"name": "b", "image": "i"}]},
        ["values.containerSecurityContext.runAsUser"],
    ),
    "host of a hook": (
        {"lifecycleHooks": {"preStop": {"httpGet": {"host": "h", "port": 1}}}},
        ["values.lifecycleHooks.preStop.httpGet.host"],
    ),
    "sysctl": (
        {"podSecurityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
        ["values.podSecurityContext.sysctls[0]"],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_the_level_forbids_are_errors_at_their_keys(name: str) -> None:
    values, keys = VALUES[name]
    deployment = RegistryDeployment.model_validate({"values": values})
    assert [finding.location.key for finding in lint(deployment) if finding.id == "pod-security"] == keys
    for namespace in ({"podSecurity": ""}, {"podSecurity": "privileged"}, {"create": False}, {"inherit": True}):
        assert "pod-security" not in {finding.id for finding in lint(deployment.derive(namespace=namespace))}


def test_message_names_the_namespace_and_the_level_that_admits_the_pod() -> None:
    values = {"containerSecurityContext": {"runAsUser": 0}}
    (finding,) = lint(RegistryDeployment.model_validate({"namespace": "media", "values": values}))
    assert finding.message == (
        "runAsUser is 0 (root), and the Pod Security level restricted of the Namespace media forbids that, so no Pod "
        "starts: change it, or set namespace.podSecurity to baseline"
    )


@pytest.mark.parametrize("name", VALUES)
def test_chart_renders_the_pods_that_we_judge(chart: Chart, name: str) -> None:
    values, keys = VALUES[name]
    refused = podsecurity(chart.text(values=values))
    assert (
        bool(refused)
        is bool(keys)
        is any(list_violations(shape_pod(RegistryValues.model_validate(values)), "restricted"))
    )
