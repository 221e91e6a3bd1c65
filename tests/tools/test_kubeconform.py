"""kubeconform, with our schemas, refuses what the API server would refuse or silently drop."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tools import KUBERNETES_VERSIONS, ToolProblem, kubeconform
from tools import kubernetes_schemas

pytestmark = pytest.mark.tools

RELEASE: dict[str, Any] = {
    "apiVersion": "helm.toolkit.fluxcd.io/v2",
    "kind": "HelmRelease",
    "metadata": {"name": "registry", "namespace": "apps"},
    "spec": {
        "interval": "10m",
        "chart": {
            "spec": {"chart": "./chart", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}},
        },
        "values": {"anything": {"goes": ["here", 1]}},
    },
}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "registry"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "registry"}},
        "template": {
            "metadata": {"labels": {"app": "registry"}},
            "spec": {
                "containers": [
                    {"name": "registry", "image": "registry:3", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}
                ]
            },
        },
    },
}
GROUPS = {"networking": "networking.k8s.io", "rbac": "rbac.authorization.k8s.io"}

ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "registry"},
    "spec": {
        "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}],
        "hostnames": ["registry.example.com"],
        "rules": [{"timeouts": {"request": "0s"}, "backendRefs": [{"name": "registry", "port": 5000}]}],
    },
}
SERVICE_MONITOR: dict[str, Any] = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "ServiceMonitor",
    "metadata": {"name": "registry"},
    "spec": {
        "selector": {"matchLabels": {"app": "registry"}},
        "endpoints": [{"port": "metrics", "targetPort": 5001, "interval": "30s"}],
    },
}
POD_MONITOR: dict[str, Any] = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PodMonitor",
    "metadata": {"name": "registry"},
    "spec": {"selector": {}, "podMetricsEndpoints": [{"port": "metrics", "path": "/metrics"}]},
}
PROMETHEUS_RULE: dict[str, Any] = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "registry"},
    "spec": {"groups": [{"name": "registry", "rules": [{"alert": "Down", "expr": "up == 0", "for": "5m"}]}]},
}
EXTERNAL_SECRET: dict[str, Any] = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {"name": "registry"},
    "spec": {
        "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
        "target": {"template": {"data": {"http-secret": "{{ .secret | toJson }}"}}},
        "data": [{"secretKey": "secret", "remoteRef": {"key": "registry", "property": "http"}}],
    },
}
ADDONS = (ROUTE, SERVICE_MONITOR, POD_MONITOR, PROMETHEUS_RULE, EXTERNAL_SECRET)


def changed(manifest: dict[str, Any], path: str, value: object) -> str:
    """The manifest as YAML, with `value` at the dotted path."""
    copied = copy.deepcopy(manifest)
    *parents, last = path.split(".")
    node = copied
    for parent in parents:
        node = node[parent]
    node[last] = value
    return yaml.safe_dump(copied)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_right_manifests_pass(version: str) -> None:
    assert kubeconform(yaml.safe_dump_all([RELEASE, DEPLOYMENT, *ADDONS]), version) == []


@pytest.mark.parametrize(
    ("manifest", "path", "value", "said"),
    [
        (RELEASE, "spec.intervall", "10m", "'intervall' not allowed"),
        (RELEASE, "spec.interval", "ten minutes", "'/spec/interval'"),
        (RELEASE, "spec.chart.spec.sourceRef.kind", "Git", "'/spec/chart/spec/sourceRef/kind'"),
        (RELEASE, "spec.chart.spec.sourceRef.nam", "x", "'nam' not allowed"),
        (RELEASE, "status", {}, "'status' not allowed"),
        (DEPLOYMENT, "spec.replicas", "x", "'/spec/replicas'"),
        (DEPLOYMENT, "spec.template.spec.restartpolicy", "Always", "'restartpolicy' not allowed"),
        (DEPLOYMENT, "spec.template.spec.containers", [{"image": "registry:3"}], "missing property 'name'"),
        (DEPLOYMENT, "kind", "Deploymen", "could not find schema"),
        (DEPLOYMENT, "apiVersion", "apps/v1beta1", "could not find schema"),
        (ROUTE, "spec.rules", [{"timeouts": {"request": "none"}}], "'/spec/rules/0/timeouts/request'"),
        (ROUTE, "spec.rules", [{"backendRefs": [{"port": 5000}]}], "missing property 'name'"),
        (ROUTE, "spec.parentRef", [], "'parentRef' not allowed"),
        (SERVICE_MONITOR, "spec.endpoints", [{"port": 5001}], "'/spec/endpoints/0/port'"),
        (SERVICE_MONITOR, "spec.endpoints", [{"targetPort": True}], "'/spec/endpoints/0/targetPort'"),
        (POD_MONITOR, "spec.endpoints", [], "'endpoints' not allowed"),
        (PROMETHEUS_RULE, "spec.groups", [{"name": "x", "rules": [{"alert": "x"}]}], "missing property 'expr'"),
        (EXTERNAL_SECRET, "spec.data", [{"remoteRef": {"key": "registry"}}], "missing property 'secretKey'"),
        (EXTERNAL_SECRET, "apiVersion", "external-secrets.io/v1beta1", "could not find schema"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_place(
    manifest: dict[str, Any], path: str, value: object, said: str
) -> None:
    (line,) = kubeconform(changed(manifest, path, value))
    assert line.startswith(f"{value if path == 'kind' else manifest['kind']}/registry: ")
    assert said in line


def test_a_bad_document_among_good_ones_is_found_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "manifests.yaml"
    file.write_text("---\n".join([yaml.safe_dump(RELEASE), changed(DEPLOYMENT, "spec.x", 1), yaml.safe_dump(RELEASE)]))
    assert len(kubeconform([file])) == 1


@pytest.mark.parametrize("nothing", ["", "---\n", "# only a comment\n"])
def test_input_with_no_object_is_no_pass(nothing: str) -> None:
    with pytest.raises(ToolProblem, match="no object"):
        kubeconform(nothing)


def test_a_list_of_no_files_is_no_pass() -> None:
    with pytest.raises(ToolProblem, match="no files"):
        kubeconform([])


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("kind", kubernetes_schemas.KINDS)
def test_each_kind_that_we_keep_has_a_schema_that_works(version: str, kind: str) -> None:
    names = {
        "configmap": "ConfigMap",
        "cronjob": "CronJob",
        "horizontalpodautoscaler": "HorizontalPodAutoscaler",
        "networkpolicy": "NetworkPolicy",
        "persistentvolumeclaim": "PersistentVolumeClaim",
        "poddisruptionbudget": "PodDisruptionBudget",
        "rolebinding": "RoleBinding",
        "serviceaccount": "ServiceAccount",
    }
    name, *group, number = kind.split("-")
    group = [GROUPS.get(part, part) for part in group]
    manifest = {
        "apiVersion": "/".join([*group, number]),
        "kind": names.get(name, name.capitalize()),
        "metadata": {"name": "x", "labels": {"a": 1}},
    }
    # A label that is a number is found in the shared definitions: so they are read.
    (line,) = kubeconform(yaml.safe_dump(manifest), version)
    assert "'/metadata/labels/a': got number, want null or string" in line
    manifest["metadata"] = {"name": "x", "labels": {"a": "1"}}
    assert kubeconform(yaml.safe_dump(manifest), version) == []


def test_the_versions_that_tests_ask_for_are_those_that_are_kept() -> None:
    assert tuple(f"v{version}.0" for version in KUBERNETES_VERSIONS) == kubernetes_schemas.VERSIONS
