"""The rules that warn: each finds its case, and is silent about the neighbors that are fine."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules import RULES, lint

INGRESS = {"enabled": True, "hostname": "registry.example.com", "tls": True}
PLAIN = {"enabled": True, "hostname": "registry.example.com"}
LOGIN = {"htpasswd": {"enabled": True, "existingSecret": "users"}}
S3 = {"type": "s3", "s3": {"bucket": "images", "region": "eu-west-1"}}
COLLECTION: dict[str, Any] = {"enabled": True}
CACHE = {"enabled": True, "remoteUrl": "https://registry-1.docker.io"}


def bucket(endpoint: str, **more: Any) -> dict[str, Any]:
    return {"storage": {"type": "s3", "s3": {"bucket": "images", "regionEndpoint": endpoint, **more}}}


def annotated(**annotations: str) -> dict[str, Any]:
    return {"ingress": INGRESS | {"annotations": annotations}, "auth": LOGIN}


ROUTE: dict[str, Any] = {"enabled": True, "parentRefs": [{"name": "public"}]}
POD_TLS: dict[str, Any] = {"enabled": True, "existingSecret": "registry-tls"}
CLIENTS = {"existingSecret": "registry-clients"}
POLICY = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "BackendTLSPolicy",
    "metadata": {"name": "registry"},
    "spec": {},
}
PLAIN_LISTENER = {"parentRefs": [{"name": "public", "port": 80}]}
AZURE: dict[str, Any] = {"type": "azure", "azure": {"accountName": "images", "container": "images"}}
AZURE_KEY = {"credentialsType": "shared_key", "existingSecret": "registry-azure"}
AZURE_APPLICATION = AZURE_KEY | {"credentialsType": "client_secret", "tenantId": "a", "clientId": "b"}
AZURE_DEFAULT = {"credentials": {"type": "default_credentials"}}
AZURE_LABEL = {"azure.workload.identity/use": "true"}
AZURE_ACCOUNT = {"annotations": {"azure.workload.identity/client-id": "1234"}}
CUSTOM = {
    "extraVolumes": [{"name": "custom", "configMap": {"name": "custom"}}],
    "extraVolumeMounts": [{"name": "custom", "mountPath": "/custom"}],
}


def served_as(host: str) -> dict[str, Any]:
    return {"configuration": {"http": {"host": host}}}


# Rule -> values that it finds, with the key that it names; values that it does not.
CASES: dict[str, tuple[list[tuple[dict[str, Any], str]], list[dict[str, Any]]]] = {
    "exposed-without-login": (
        [
            ({"ingress": INGRESS}, "ingress.enabled"),
            ({"service": {"type": "NodePort"}}, "service.type"),
            ({"service": {"type": "LoadBalancer"}}, "service.type"),
            ({"ingress": INGRESS, "proxy": CACHE | {"existingSecret": "hub"}}, "ingress.enabled"),
            ({"httpRoute": ROUTE}, "httpRoute.enabled"),
            ({"hostNetwork": True}, "hostNetwork"),
            ({"service": {"externalIPs": ["192.0.2.1"]}}, "service.externalIPs"),
        ],
        [
            {"ingress": INGRESS, "auth": LOGIN},
            {"ingress": INGRESS, "proxy": CACHE},
            {"service": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}},
            {"service": {"type": "LoadBalancer", "annotations": {"networking.gke.io/load-balancer-type": "Internal"}}},
            {"ingress": INGRESS | {"annotations": {"nginx.ingress.kubernetes.io/auth-url": "https://a.example.com"}}},
            {
                "ingress": INGRESS
                | {"annotations": {"nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8"}}
            },
        ],
    ),
    "azure-identity": (
        [
            ({"storage": AZURE, "serviceAccount": AZURE_ACCOUNT}, "podLabels"),
            ({"storage": AZURE, "podLabels": AZURE_LABEL}, "serviceAccount.annotations"),
            ({"storage": AZURE, "serviceAccount": {"create": False, "name": "images"}}, "podLabels"),
            (
                {
                    "configuration": {
                        "storage": {"azure": {"accountname": "images", "container": "images"} | AZURE_DEFAULT}
                    },
                    "podLabels": {"azure.workload.identity/use": "false"},
                    "serviceAccount": AZURE_ACCOUNT,
                },
                "podLabels",
            ),
        ],
        [
            {"storage": AZURE, "podLabels": AZURE_LABEL, "serviceAccount": AZURE_ACCOUNT},
            {"storage": AZURE, "commonLabels": AZURE_LABEL, "serviceAccount": {"create": False, "name": "images"}},
            {"storage": AZURE | {"azure": AZURE["azure"] | AZURE_KEY}},
            {"storage": AZURE | {"azure": AZURE["azure"] | AZURE_APPLICATION}},
            {"storage": AZURE, "extraEnvVars": [{"name": "AZURE_CLIENT_ID", "value": "a"}]},
            {"storage": S3},
        ],
    ),
    "advertised-host": (
        [
            (served_as("https://other.example.com") | {"ingress": INGRESS}, "configuration.http.host"),
            (served_as("http://registry.example.com") | {"ingress": INGRESS}, "configuration.http.host"),
            (
                served_as("https://a.example.org") | {"httpRoute": ROUTE | {"hostnames": ["*.example.com"]}},
                "configuration.http.host",
            ),
            (
                {"ingress": INGRESS}
                | {"extraEnvVars": [{"name": "REGISTRY_HTTP_HOST", "value": "https://other.example.com"}]},
                "configuration.http.host",
            ),
        ],
        [
            served_as("https://Registry.example.com:443/") | {"ingress": INGRESS},
            served_as("https://registry.example.com") | {"ingress": PLAIN},
            served_as("https://a.example.com") | {"httpRoute": ROUTE | {"hostnames": ["*.example.com"]}},
            served_as("https://a.example.com") | {"ingress": INGRESS, "httpRoute": ROUTE},
            served_as("https://a.example.com") | {"service": {"type": "LoadBalancer"}},
            {"ingress": INGRESS},
        ],
    ),
    "other-config-file": (
        [
            ({"command": ["registry", "serve", "/custom/config.yml"]}, "command"),
            ({"command": ["/bin/registry"], "args": ["serve", "/custom/config.yaml"]}, "command"),
            ({"command": ["sh", "-c", "exec registry serve /custom/config.yml"]}, "command"),
            ({"command": ["registry", "serve"]}, "command"),
            ({"args": ["/custom/config.yml"]} | CUSTOM, "args"),
            ({"args": ["serve", "/custom/config.yml"]} | CUSTOM, "args"),
        ],
        [
            {"command": ["registry", "serve", "/etc/distribution/config.yml"]},
            {"command": ["/entrypoint.sh"], "args": ["/etc/distribution/config.yml"]},
            {"args": ["serve", "/etc/distribution/config.yml"]},
            {"command": ["/opt/run"], "args": ["/opt/run.yml"]},
            {"command": ["registry", "--version"]},
        ],
    ),
    "nothing-to-collect": (
        [
            ({"garbageCollection": COLLECTION}, "garbageCollection.enabled"),
            (
                {"garbageCollection": COLLECTION, "configuration": {"storage": {"delete": {"enabled": False}}}}
                | {"deletion": {"enabled": True}},
                "garbageCollection.enabled",
            ),
        ],
        [
            {"deletion": {"enabled": False}},
            {"garbageCollection": COLLECTION, "deletion": {"enabled": True}},
            {"garbageCollection": COLLECTION, "configuration": {"storage": {"delete": {"enabled": True}}}},
        ],
    ),
    "untagged-images-deleted": (
        [({"garbageCollection": COLLECTION | {"deleteUntagged": True}}, "garbageCollection.deleteUntagged")],
        [
            {"garbageCollection": {"deleteUntagged": True}},
            {"garbageCollection": COLLECTION, "deletion": {"enabled": True}},
        ],
    ),
    "open-deletion": (
        [({"ingress": INGRESS, "deletion": {"enabled": True}}, "deletion.enabled")],
        [
            {"ingress": INGRESS, "auth": LOGIN, "deletion": {"enabled": True}},
            {"deletion": {"enabled": True}},
            {"ingress": INGRESS},
        ],
    ),
    "login-without-tls": (
        [
            ({"ingress": PLAIN, "auth": LOGIN}, "ingress.enabled"),
            ({"service": {"type": "LoadBalancer"}, "auth": LOGIN}, "service.type"),
            (
                {"httpRoute": ROUTE | {"parentRefs": [{"name": "public", "port": 80}]}, "auth": LOGIN},
                "httpRoute.enabled",
            ),
            ({"hostNetwork": True, "auth": LOGIN}, "hostNetwork"),
        ],
        [
            {"ingress": INGRESS, "auth": LOGIN},
            {"httpRoute": ROUTE, "auth": LOGIN},
            {"auth": LOGIN},
            {"service": {"type": "NodePort"}, "auth": LOGIN, "tls": {"enabled": True, "existingSecret": "tls"}},
            {
                "service": {
                    "type": "LoadBalancer",
                    "annotations": {"service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn"},
                },
                "auth": LOGIN,
            },
        ],
    ),
    "outdated-registry": (
        [
            *(
                ({"image": {"tag": tag}}, "image.tag")
                for tag in ("3.0", "3.0.0", "3.1.0", "3.1.0-alpine", "3.1.1-rc.1")
            ),
            ({"image": {"repository": "distribution/distribution", "tag": "v3.0.0"}}, "image.tag"),
        ],
        [{"image": {"tag": tag}} for tag in ("3", "3.1", "3.1.1", "3.1.1-alpine", "3.2", "4.0.0", "", "3.10.0")],
    ),
    "floating-tag": (
        [({"image": {"tag": tag}}, "image.tag") for tag in ("latest", "edge", "main", "latest-alpine")],
        [{"image": {"tag": tag}} for tag in ("3", "3.1", "3.1.1", "mainly")]
        + [{"image": {"tag": "latest", "digest": f"sha256:{'a' * 64}"}}],
    ),
    "images-lost-with-pod": (
        [
            ({"persistence": {"enabled": False}}, "persistence.enabled"),
            ({"storage": {"type": "inmemory"}}, "storage.type"),
        ],
        [{}, {"storage": S3, "persistence": {"enabled": False}}, {"proxy": CACHE, "persistence": {"enabled": False}}],
    ),
    "single-node-rollout": (
        [({"updateStrategy": {"type": "RollingUpdate"}}, "updateStrategy.type")],
        [
            {},
            {"updateStrategy": {"type": "RollingUpdate"}, "persistence": {"accessModes": ["ReadWriteMany"]}},
            {"updateStrategy": {"type": "RollingUpdate"}, "storage": S3},
        ],
    ),
    "object-storage-memory": (
        [
            ({"storage": S3, "resources": {"limits": {"memory": "200Mi"}}}, "resources.limits.memory"),
            (
                bucket("https://s3.example.com", chunkSize=32 * 1024**2)
                | {"resources": {"limits": {"memory": "256Mi"}}},
                "resources.limits.memory",
            ),
        ],
        [
            {"storage": S3},
            {"resources": {"limits": {"memory": "200Mi"}}},
            {"storage": S3, "resources": {"limits": {"memory": None}}},
        ],
    ),
    "internal-bucket": (
        [
            (bucket("http://minio.storage.svc:9000"), "storage.s3.regionEndpoint"),
            (bucket("http://minio.storage.svc.cluster.local"), "storage.s3.regionEndpoint"),
            (bucket("minio:9000"), "storage.s3.regionEndpoint"),
            (
                {"configuration": {"storage": {"s3": {"bucket": "a", "regionendpoint": "http://minio:9000"}}}},
                "configuration.storage.s3.regionendpoint",
            ),
        ],
        [bucket("http://minio:9000", redirect=False), bucket("https://minio.example.com"), {"storage": S3}],
    ),
    "cache-never-expires": (
        [({"proxy": CACHE | {"ttl": "0s"}}, "proxy.ttl")],
        [{"proxy": CACHE}, {"proxy": CACHE | {"ttl": "0s"}, "storage": S3}],
    ),
    "debug-server": (
        [
            ({"configuration": {"http": {"debug": {"addr": ":5001"}}}}, "configuration.http.debug.addr"),
            (
                {"extraEnvVars": [{"name": "REGISTRY_HTTP_DEBUG_ADDR", "value": "0.0.0.0:5001"}]},
                "configuration.http.debug.addr",
            ),
        ],
        [{"configuration": {"http": {"debug": {"addr": address}}}} for address in ("127.0.0.1:5001", "localhost:5001")],
    ),
    "index-platforms": (
        [
            (
                {"configuration": {"validation": {"manifests": {"indexes": {"platforms": "list"}}}}},
                "configuration.validation.manifests.indexes.platforms",
            )
        ],
        [{"configuration": {"validation": {"manifests": {"indexes": {"platforms": "none"}}}}}],
    ),
    "api-path": (
        [({"ingress": INGRESS | {"path": "/registry"}, "auth": LOGIN}, "ingress.path")],
        [{"ingress": INGRESS | {"path": "/v2"}, "auth": LOGIN}],
    ),
    "certificate-without-tls": (
        [
            (
                {"ingress": PLAIN | {"annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}}},
                "ingress.tls",
            )
        ],
        [annotated(**{"cert-manager.io/cluster-issuer": "letsencrypt"})],
    ),
    "ingress-annotations": (
        [
            (
                {
                    "ingress": INGRESS
                    | {
                        "ingressClassName": "traefik",
                        "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "0"},
                    }
                },
                "ingress.annotations",
            ),
            (annotated(**{"kubernetes.io/ingress.class": "nginx"}), "ingress.annotations"),
        ],
        [
            annotated(**{"nginx.ingress.kubernetes.io/proxy-body-size": "0"}),
            {
                "ingress": INGRESS
                | {
                    "ingressClassName": "nginx-internal",
                    "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "0"},
                }
            },
        ],
    ),
    "missing-unit": (
        [
            ({"persistence": {"size": "10"}}, "persistence.size"),
            ({"persistence": {"size": "10m"}}, "persistence.size"),
            (
                {"resources": {"requests": {"memory": None}, "limits": {"memory": "512m"}}},
                "resources.limits.memory",
            ),
            (
                {"resources": {"requests": {"memory": "128"}, "limits": {"memory": "512Mi"}}},
                "resources.requests.memory",
            ),
        ],
        [{}, {"persistence": {"size": "10Gi"}}, {"resources": {"requests": {"memory": "128M"}}}],
    ),
    "body-size": (
        [(annotated(**{"nginx.ingress.kubernetes.io/proxy-body-size": "8m"}), "ingress.annotations")],
        [annotated(**{"nginx.ingress.kubernetes.io/proxy-body-size": size}) for size in ("0", "10g", "2048m")],
    ),
    "unused-values": (
        [
            ({"auth": {"htpasswd": {"existingSecret": "users"}}}, "auth.htpasswd"),
            ({"ingress": {"hostname": "registry.example.com"}}, "ingress"),
            ({"tls": {"existingSecret": "tls"}}, "tls"),
            ({"proxy": {"remoteUrl": "https://registry-1.docker.io"}}, "proxy"),
            ({"metrics": {"enabled": True, "serviceMonitor": {"interval": "30s"}}}, "metrics.serviceMonitor"),
            ({"autoscaling": {"maxReplicas": 5}}, "autoscaling"),
            ({"garbageCollection": {"schedule": "0 3 * * *"}}, "garbageCollection"),
            ({"persistence": {"existingClaim": "images", "size": "50Gi"}}, "persistence.size"),
        ],
        [
            {"auth": {"htpasswd": {"enabled": False, "existingSecret": "users"}}},
            {"ingress": INGRESS, "auth": LOGIN},
            {"metrics": {"enabled": False, "path": "/prometheus"}},
            {"persistence": {"existingClaim": "images", "accessModes": ["ReadWriteMany"]}},
            {"livenessProbe": {"periodSeconds": 5}, "podSecurityContext": {"fsGroup": 5}},
        ],
    ),
    "scrape-annotations": (
        [
            ({"podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "5000"}}, "podAnnotations"),
            (
                {"metrics": {"enabled": True}, "podAnnotations": {"prometheus.io/scrape": "true"}},
                "podAnnotations",
            ),
        ],
        [
            {
                "metrics": {"enabled": True},
                "podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "5001"},
            },
            {"podAnnotations": {"prometheus.io/scrape": "false"}},
        ],
    ),
    "backend-tls": (
        [
            ({"httpRoute": ROUTE, "tls": POD_TLS}, "httpRoute.enabled"),
            ({"ingress": INGRESS, "tls": POD_TLS | {"clientAuthentication": CLIENTS}}, "ingress.enabled"),
        ],
        [
            {"httpRoute": ROUTE},
            {"httpRoute": ROUTE, "tls": POD_TLS, "extraDeploy": [POLICY]},
            {"ingress": INGRESS, "tls": POD_TLS},
            {
                "ingress": INGRESS,
                "tls": POD_TLS | {"clientAuthentication": CLIENTS | {"mode": "verify-client-cert-if-given"}},
            },
            {
                "ingress": INGRESS | {"annotations": {"nginx.ingress.kubernetes.io/proxy-ssl-secret": "a/client"}},
                "tls": POD_TLS | {"clientAuthentication": CLIENTS},
            },
        ],
    ),
    "node-port-range": (
        [({"service": {"type": "NodePort", "nodePorts": {"http": 5000}}}, "service.nodePorts.http")],
        [{"service": {"type": "NodePort", "nodePorts": {"http": port}}} for port in (30000, 32767)],
    ),
}


def keys_found(rule: str, values: dict[str, Any]) -> list[str]:
    deployment = RegistryDeployment.model_validate({"values": values}, by_alias=True, by_name=False)
    return [finding.location.key.removeprefix("values.") for finding in lint(deployment) if finding.id == rule]


@pytest.mark.parametrize(
    ("rule", "values", "key"),
    [
        pytest.param(rule, values, key, id=f"{rule}-{number}")
        for rule, (found, _) in CASES.items()
        for number, (values, key) in enumerate(found)
    ],
)
def test_rule_finds_its_case(rule: str, values: dict[str, Any], key: str) -> None:
    assert keys_found(rule, values) == [key]


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        pytest.param(rule, values, id=f"{rule}-{number}")
        for rule, (_, silent) in CASES.items()
        for number, values in enumerate(silent)
    ],
)
def test_rule_is_silent_about_a_neighbor(rule: str, values: dict[str, Any]) -> None:
    assert keys_found(rule, values) == []


def test_every_rule_has_a_reason_an_example_and_a_source() -> None:
    for rule in RULES:
        text = rule.page
        assert all(part in text for part in ("Why: ", "Bad: ", "Good: ")), rule.id
        assert rule.id not in CASES or "Source: " in text, rule.id


@pytest.mark.parametrize("switch", ["off", False, {"off": "an internal network"}])
def test_rule_that_is_switched_off_finds_nothing(switch: Any) -> None:
    values = {"service": {"type": "NodePort"}}
    deployment = RegistryDeployment.model_validate({"values": values, "rules": {"exposed-without-login": switch}})
    assert lint(deployment) == ()
