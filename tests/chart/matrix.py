"""Values that cover every pair of settings of the chart: a table of dimensions, and what combines them.

To add a value, add an option to its dimension, or a dimension. An option is a part of values.yaml; the first one of a
dimension is the default.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Final

Values = dict[str, Any]
Case = Mapping[str, str]
"""Dimension -> option."""

SHARED: Final = {"http": {"existingSecret": "registry-http"}}
INGRESS: Final = {"enabled": True, "hostname": "registry.example.com", "tls": True}
TOKEN: Final = {"realm": "https://login.example.com", "service": "registry", "issuer": "login"}
AZURE: Final = {"accountName": "images", "container": "images", "existingSecret": "registry-azure"}
RESTRICTED: Final = {
    "runAsUser": 1000,
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}

DIMENSIONS: Final[Mapping[str, Mapping[str, Values]]] = {
    # Where the images are, how many Pods serve them, and the cache depend on each other: they are chosen first.
    "storage": {
        "claim": {},
        "large claim": {"persistence": {"size": "500Gi", "labels": {"tier": "fast"}, "resourcePolicy": ""}},
        "claim of a class": {"persistence": {"storageClass": "fast", "annotations": {"backup": "yes"}}},
        "claim for many nodes": {"persistence": {"accessModes": ["ReadWriteMany"], "storageClass": "nfs"}},
        "existing claim": {"persistence": {"existingClaim": "images", "accessModes": ["ReadWriteMany"]}},
        "emptyDir": {"persistence": {"enabled": False}},
        "s3 of AWS": {
            "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1", "encrypt": True}},
            "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/r"}},
        },
        "s3 of another service": {
            "storage": {
                "type": "s3",
                "s3": {"bucket": "images", "regionEndpoint": "http://minio:9000", "existingSecret": "registry-s3"},
            },
        },
        "s3 by config.yml": {
            "configuration": {"storage": {"s3": {"bucket": "images", "region": "eu-central-1"}}},
            "extraEnvVarsSecret": "registry-s3",
        },
        "gcs": {"storage": {"type": "gcs", "gcs": {"bucket": "images", "existingSecret": "registry-gcs"}}},
        "azure with a key": {"storage": {"type": "azure", "azure": AZURE | {"credentialsType": "shared_key"}}},
        "azure with an application": {
            "storage": {
                "type": "azure",
                "azure": AZURE | {"credentialsType": "client_secret", "tenantId": "t", "clientId": "c"},
            },
        },
        "memory": {"storage": {"type": "inmemory"}},
    },
    "replicas": {
        "one": {},
        "none": {"replicaCount": 0},
        "one with a secret": SHARED,
        "three": {"replicaCount": 3, **SHARED},
        "by load": {"autoscaling": {"enabled": True, "targetMemoryUtilizationPercentage": 80}, **SHARED},
    },
    "cache": {
        "default": {},
        "off": {"cache": {"type": "off"}},
        "in memory": {"cache": {"type": "inmemory"}},
        "redis": {"cache": {"type": "redis", "redis": {"addrs": ["redis:6379"], "existingSecret": "registry-redis"}}},
        "redis by sentinels": {
            "cache": {
                "type": "redis",
                "redis": {"addrs": ["a:26379", "b:26379"], "masterName": "main", "tls": {"enabled": True}},
            },
        },
    },
    "exposure": {
        "cluster": {},
        "nginx": {"ingress": {**INGRESS, "ingressClassName": "nginx"}},
        "traefik": {"ingress": {**INGRESS, "ingressClassName": "traefik", "annotations": {"a/b": "c"}}},
        "haproxy": {"ingress": {**INGRESS, "controller": "haproxy", "existingSecret": "wildcard"}},
        "many hosts": {
            "ingress": {
                **INGRESS,
                "extraHosts": [{"name": "*.example.org"}, {"name": "r.example.net", "path": "/v2/"}],
                "extraTls": [{"hosts": ["*.example.org"], "secretName": "org"}, {"hosts": ["r.example.net"]}],
            },
        },
        "gateway": {
            "httpRoute": {
                "enabled": True,
                "parentRefs": [{"name": "public", "namespace": "gateways"}],
                "hostnames": ["registry.example.com"],
            },
        },
        "node port": {"service": {"type": "NodePort", "nodePorts": {"http": 30500}}},
        "load balancer": {
            "service": {
                "type": "LoadBalancer",
                "ports": {"http": 443},
                "loadBalancerSourceRanges": ["10.0.0.0/8"],
                "externalTrafficPolicy": "Local",
                "annotations": {"cloud.example.com/internal": "true"},
            },
        },
        "headless": {"service": {"clusterIP": "None"}},
        "two families": {"service": {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"]}},
    },
    "login": {
        "none": {},
        "users": {"auth": {"htpasswd": {"enabled": True, "existingSecret": "registry-users"}}},
        "password": {"auth": {"htpasswd": {"enabled": True, "username": "ci", "password": "secret"}}},
        "token": {"auth": {"token": {"enabled": True, **TOKEN, "existingSecret": "keys", "jwksKey": "jwks.json"}}},
    },
    "tls": {
        "none": {},
        "in the Pod": {"tls": {"enabled": True, "existingSecret": "registry-tls"}},
        "with certificates of clients": {
            "tls": {
                "enabled": True,
                "existingSecret": "registry-tls",
                "clientAuthentication": {"existingSecret": "clients"},
            },
        },
    },
    "mode": {
        "registry": {},
        "with deletion": {"deletion": {"enabled": True}},
        "cache of another registry": {"proxy": {"enabled": True, "remoteUrl": "https://registry-1.docker.io"}},
        "read-only": {"configuration": {"storage": {"maintenance": {"readonly": {"enabled": True}}}}},
        "collected": {"deletion": {"enabled": True}, "garbageCollection": {"enabled": True}},
        "collected with untagged images": {
            "garbageCollection": {"enabled": True, "schedule": "0 */6 * * 1-5", "deleteUntagged": True}
        },
    },
    "metrics": {
        "off": {},
        "on": {"metrics": {"enabled": True, "port": 9090}},
        "by a Service": {"metrics": {"enabled": True, "serviceMonitor": {"enabled": True, "labels": {"r": "p"}}}},
        "by the Pods": {
            "metrics": {
                "enabled": True,
                "podMonitor": {"enabled": True},
                "prometheusRule": {"enabled": True},
                "dashboard": {"enabled": True},
            },
        },
    },
    "network policy": {
        "none": {},
        "API only": {"networkPolicy": {"enabled": True}},
        "clients and servers": {
            "networkPolicy": {
                "enabled": True,
                "ingressFrom": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "ingress"}}}],
                "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443}]}],
            },
        },
    },
    "rollout": {
        "default": {},
        "budget": {"pdb": {"enabled": True}},
        "budget in percent": {"pdb": {"enabled": True, "minAvailable": "50%"}},
        "recreate": {"updateStrategy": {"type": "Recreate"}, "revisionHistoryLimit": 3},
        "rolling": {
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "terminationGracePeriodSeconds": 300,
            "http": {"drainTimeout": "2m"},
        },
    },
    "places": {
        "any": {},
        "nodes": {
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "registry", "operator": "Exists"}],
            "priorityClassName": "system-cluster-critical",
            "topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
            ],
        },
        "apart": {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]
                }
            },
            "schedulerName": "other",
            "dnsPolicy": "None",
            "dnsConfig": {"nameservers": ["10.0.0.10"]},
            "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["minio"]}],
        },
    },
    "containers": {
        "one": {},
        "more": {
            "initContainers": [{"name": "wait", "image": "busybox:1.37", "securityContext": RESTRICTED}],
            "sidecars": [{"name": "proxy", "image": "proxy:1", "securityContext": RESTRICTED}],
            "lifecycleHooks": {"postStart": {"exec": {"command": ["true"]}}},
        },
        "volumes": {
            "extraVolumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
            "extraVolumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        },
        "files": {
            "extraCAs": [{"secretName": "ca"}],
            "extraFiles": [{"path": "/keys/cdn.pem", "secretName": "cdn", "key": "cdn.pem"}],
        },
        "objects": {
            "extraDeploy": [
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}, "data": {"a": "b"}}
            ]
        },
    },
    "names": {
        "default": {},
        "short": {"fullnameOverride": "r"},
        "long": {"nameOverride": "a-name-that-is-as-long-as-a-name-can-be-for-a-helm-rel"[:53]},
        "labeled": {
            "commonLabels": {"team": "platform"},
            "commonAnnotations": {"commit": "1e3"},
            "podLabels": {"tier": "backend"},
            "podAnnotations": {"reloader": "true"},
        },
    },
    "security": {
        "restricted": {},
        "of the platform": {
            "podSecurityContext": {"enabled": False},
            "containerSecurityContext": {"runAsUser": None, "runAsGroup": None},
        },
        "identity": {"serviceAccount": {"create": False, "name": "registry", "automountServiceAccountToken": True}},
    },
    "resources": {
        "default": {},
        "without limits": {"resources": {"limits": {"cpu": None, "memory": None}}},
        "more": {"resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": 2, "memory": "2Gi"}}},
    },
    "probes": {
        "default": {},
        "slow": {"startupProbe": {"enabled": True}, "readinessProbe": {"periodSeconds": 30}},
        "no liveness": {"livenessProbe": {"enabled": False}},
    },
    "settings": {
        "default": {},
        "logs": {"configuration": {"log": {"level": "debug", "formatter": "json"}}},
        "variables": {
            "extraEnvVars": [
                {"name": "GOMEMLIMIT", "value": "400MiB"},
                {"name": "REGISTRY_LOG_LEVEL", "value": "warn"},
            ],
            "extraEnvVarsCM": "settings",
        },
        "another port": {"configuration": {"http": {"addr": "0.0.0.0:8080", "host": "https://registry.example.com"}}},
        "digest": {
            "image": {"tag": "", "digest": f"sha256:{'a' * 64}", "pullPolicy": "Always", "pullSecrets": ["pull"]},
        },
    },
}
_ANCHORS: Final = ("storage", "replicas", "cache")

Pair = tuple[tuple[str, str], tuple[str, str]]


def values_of(case: Case) -> Values:
    """Return the values of a case."""
    found: Values = {}
    for dimension, option in case.items():
        found = merge(found, DIMENSIONS[dimension][option])
    return found


def merge(base: Values, over: Mapping[str, Any]) -> Values:
    """Return both, merged: maps key by key, lists joined, and anything else of `over`."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        if isinstance(value, Mapping):
            found[key] = merge(below if isinstance(below, dict) else {}, value)
        else:
            found[key] = [*below, *value] if isinstance(below, list) and isinstance(value, list) else value
    return found


def cover_pairs(is_accepted: Callable[[Values], bool]) -> tuple[list[Case], set[Pair]]:
    """Return cases that contain every pair of options of two dimensions, and the pairs that no case can contain."""
    missing = dict.fromkeys(
        ((a, first), (b, second))
        for a, b in itertools.combinations(DIMENSIONS, 2)
        for first in DIMENSIONS[a]
        for second in DIMENSIONS[b]
    )
    cases: list[Case] = []
    impossible: set[Pair] = set()
    while missing:
        pair = next(iter(missing))
        case = _complete(dict(pair), missing, is_accepted)
        if case is None:
            impossible.add(pair)
            del missing[pair]
            continue
        cases.append(case)
        for found in _pairs(case):
            missing.pop(found, None)
    return cases, impossible


def _pairs(case: Case) -> list[Pair]:
    ordered = [(dimension, case[dimension]) for dimension in DIMENSIONS if dimension in case]
    return list(itertools.combinations(ordered, 2))


def _complete(
    start: dict[str, str], missing: Mapping[Pair, None], is_accepted: Callable[[Values], bool]
) -> dict[str, str] | None:
    """Return a case with the options of `start`, and otherwise those that cover the most of what is missing."""

    def gain(case: Case, dimension: str, option: str) -> int:
        return sum(pair in missing for pair in _pairs({**case, dimension: option}) if (dimension, option) in pair)

    def ordered(case: Case, dimension: str) -> list[str]:
        return sorted(DIMENSIONS[dimension], key=lambda option: -gain(case, dimension, option))

    free = [dimension for dimension in _ANCHORS if dimension not in start]
    for options in itertools.product(*(ordered(start, dimension) for dimension in free)):
        case = {**start, **dict(zip(free, options, strict=True))}
        if is_accepted(values_of(case)):
            break
    else:
        return None
    for dimension in DIMENSIONS:
        if dimension not in case:
            # The default is accepted at the latest: it changes nothing.
            case[dimension] = next(
                option
                for option in [*ordered(case, dimension), next(iter(DIMENSIONS[dimension]))]
                if is_accepted(values_of({**case, dimension: option}))
            )
    return case
