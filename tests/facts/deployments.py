"""Deployments that the facts differ for, by what is special about them."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts


def _ingress(**ingress: Any) -> dict[str, Any]:
    return {"values": {"ingress": {"enabled": True, **ingress}}}


POD_TLS: Final = {"enabled": True, "existingSecret": "registry-tls"}


def _storage(**storage: Any) -> dict[str, Any]:
    return {"values": {"configuration": {"storage": storage}}}


CONFIGS: Final[dict[str, dict[str, Any]]] = {
    "defaults": {},
    "long name": {"name": "a" * 53},
    "long name, cut at a hyphen": {"name": "a" * 53, "values": {"nameOverride": "the-bytes-x"}},
    "long name, cut at two hyphens": {"name": "a" * 53, "values": {"nameOverride": "the-byt---x"}},
    "long override": {"name": "x", "values": {"nameOverride": "b" * 53, "serviceAccount": {"name": "pods"}}},
    "target namespace": {
        "release": {"targetNamespace": "shared", "storageNamespace": "helm"},
        "values": {"serviceAccount": {"create": False}},
    },
    "headless": {
        "values": {
            "service": {"clusterIP": "None", "ports": {"http": 80}},
            "configuration": {"http": {"addr": "0.0.0.0:8080", "debug": {"addr": ":5001"}}},
        },
    },
    "host network": {"values": {"hostNetwork": True}},
    "external addresses": {"values": {"service": {"externalIPs": ["192.0.2.1"]}}},
    "gateway": {
        "values": {
            "httpRoute": {
                "enabled": True,
                "hostnames": ["*.example.com", "r.example.com"],
                "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}, {"name": "own"}],
            },
        },
    },
    "gateway, plain": {
        "values": {
            "httpRoute": {
                "enabled": True,
                "hostnames": ["r.example.com"],
                "parentRefs": [{"name": "public", "port": 80}],
            },
        },
    },
    "hosts of a gateway": {"values": {"httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}]}}},
    "both routes": {
        "values": {
            "ingress": {"enabled": True, "hostname": "*.example.com", "ingressClassName": "haproxy"},
            "httpRoute": {"enabled": True, "hostnames": ["r.example.com"], "parentRefs": [{"name": "public"}]},
        },
    },
    "certificate of the controller": _ingress(
        ingressClassName="nginx",
        extraHosts=[{"name": "r.example.com"}],
        extraTls=[{"hosts": ["r.example.com"]}],
        annotations={"nginx.ingress.kubernetes.io/proxy-body-size": "8m"},
    ),
    "no annotations": _ingress(hostname="r.example.com", controller="none"),
    "volumes": {
        "values": {
            "extraVolumes": [
                {"name": "a", "secret": {"secretName": "keys"}},
                {"name": "b", "configMap": {"name": "settings"}},
                {"name": "c", "persistentVolumeClaim": {"claimName": "mirror"}},
                {"name": "d", "secret": {"secretName": "perhaps", "optional": True}},
                {"name": "e", "csi": {"driver": "vault", "nodePublishSecretRef": {"name": "vault"}}},
                {
                    "name": "f",
                    "projected": {
                        "sources": [{"secret": {"name": "client"}}, {"configMap": {"name": "x", "optional": True}}],
                    },
                },
                {"name": "g", "configMap": {"name": "own"}},
            ],
            "extraDeploy": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}}],
        },
    },
    "sidecars": {
        "values": {
            "initContainers": [
                {
                    "name": "a",
                    "image": "a",
                    "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "first", "key": "a"}}}],
                },
            ],
            "sidecars": [
                {
                    "name": "b",
                    "image": "b",
                    "envFrom": [{"secretRef": {"name": "second"}}, {"configMapRef": {"name": "x", "optional": True}}],
                },
            ],
            "priorityClassName": "images",
            "runtimeClassName": "gvisor",
        },
    },
    "another cluster": {"release": {"kubeConfig": {"secretRef": {"name": "edge"}}}},
    "node port": {"values": {"service": {"type": "NodePort", "nodePorts": {"http": 30500}}}},
    "load balancer with a login": {
        "values": {
            "service": {"type": "LoadBalancer"},
            "auth": {"htpasswd": {"enabled": True, "existingSecret": "users", "existingSecretKey": "file"}},
        },
    },
    "host with TLS": _ingress(hostname="r.example.com", tls=True),
    "wildcard host": _ingress(
        hostname="*.example.com",
        tls=True,
        extraHosts=[{"name": "*.example.org"}, {"name": "r.example.org", "path": "/v2/"}],
        extraTls=[{"secretName": "org", "hosts": ["*.example.org"]}],
    ),
    "any host": _ingress(),
    "any host with TLS": _ingress(extraTls=[{"secretName": "all"}], ingressClassName="traefik"),
    "another path": _ingress(hostname="r.example.com", path="/web", existingSecret="certificate", tls=True),
    "path of the API alone": _ingress(hostname="r.example.com", path="/v2/"),
    "prefix": {
        "values": {
            "http": {"relativeUrls": False},
            "ingress": {"enabled": True, "extraHosts": [{"name": "r.example.com", "path": "/images"}]},
            "configuration": {"http": {"prefix": "/images/"}},
        },
    },
    "existing claim": {"values": {"persistence": {"existingClaim": "images", "accessModes": ["ReadWriteMany"]}}},
    "claim that goes": {
        "values": {"persistence": {"storageClass": "fast", "resourcePolicy": ""}, "deletion": {"enabled": True}},
    },
    "emptyDir": {"values": {"persistence": {"enabled": False}}},
    "in memory": _storage(inmemory={}),
    "other directory": _storage(filesystem={"rootdirectory": "/data"}, delete={"enabled": True}),
    "s3": {
        "values": {
            "replicaCount": 3,
            "http": {"existingSecret": "uploads"},
            "extraEnvVarsSecret": "s3",
            "extraEnvVarsCM": "settings",
            "configuration": {"storage": {"s3": {"bucket": "b", "region": "r"}, "delete": {"enabled": False}}},
            "deletion": {"enabled": True},
        },
    },
    "gcs without redirects": _storage(gcs={"bucket": "b"}, redirect={"disable": True}),
    "bucket for many Pods": {
        "values": {
            "autoscaling": {"enabled": True},
            "http": {"existingSecret": "uploads"},
            "storage": {"type": "s3", "s3": {"bucket": "b", "region": "r", "existingSecret": "keys"}},
            "cache": {"type": "redis", "redis": {"addrs": ["r:6379"], "existingSecret": "redis", "masterName": "m"}},
            "pdb": {"enabled": True},
            "networkPolicy": {"enabled": True},
        },
    },
    "bucket with a key file": {
        "values": {"storage": {"type": "gcs", "gcs": {"bucket": "b", "redirect": False, "existingSecret": "key"}}},
    },
    "container with a key": {
        "values": {
            "storage": {
                "type": "azure",
                "azure": {
                    "accountName": "a",
                    "container": "c",
                    "credentialsType": "shared_key",
                    "existingSecret": "key",
                },
            },
            "configuration": {"storage": {"redirect": {"disable": True}}},
        },
    },
    "typed memory": {"values": {"storage": {"type": "inmemory"}}},
    "token": {
        "values": {
            "configuration": {
                "auth": {"token": {"realm": "https://t", "service": "s", "issuer": "i", "rootcertbundle": "/c"}},
            },
            "extraFiles": [{"path": "/c", "configMapName": "token-server", "key": "ca.crt"}],
        },
    },
    "token server": {
        "values": {
            "auth": {
                "token": {
                    "enabled": True,
                    "realm": "https://t",
                    "service": "s",
                    "issuer": "i",
                    "existingSecret": "keys",
                    "jwksKey": "jwks.json",
                    "rootCertBundleKey": "ca.pem",
                }
            },
            "extraCAs": [{"secretName": "ca-1"}, {"configMapName": "ca-2", "key": "root.pem"}],
        },
    },
    "TLS in the Pod": {"values": {"tls": POD_TLS, "service": {"type": "LoadBalancer"}}},
    "client certificates": {
        "values": {
            "tls": POD_TLS | {"clientAuthentication": {"existingSecret": "clients"}},
            "service": {"type": "LoadBalancer"},
        },
    },
    "TLS in the Pod, behind a host with TLS": {
        "values": {"tls": POD_TLS, "ingress": {"enabled": True, "hostname": "r.example.com", "tls": True}},
    },
    "cache with credentials": {
        "values": {
            "proxy": {"enabled": True, "remoteUrl": "https://registry.example.com", "existingSecret": "upstream"},
        },
    },
    "password": {
        "values": {"auth": {"htpasswd": {"enabled": True, "username": "me", "password": "never-shown"}}},
    },
    "password of a cache": {
        "values": {
            "auth": {"htpasswd": {"enabled": True, "username": "me", "password": "never-shown"}},
            "configuration": {"proxy": {"remoteurl": "https://registry-1.docker.io"}},
        },
    },
    "read-only": _storage(maintenance={"readonly": {"enabled": True}}, delete={"enabled": True}),
    "variables": {
        "values": {
            "extraEnvVars": [
                {"name": "A", "value": "a"},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "b"}}},
                {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "map", "key": "c"}}},
                {"name": "D", "valueFrom": {"secretKeyRef": {"name": "optional", "key": "d", "optional": True}}},
            ],
            "image": {"tag": "", "digest": f"sha256:{'a' * 64}", "registry": "ghcr.io", "pullSecrets": ["pull"]},
        },
    },
    "named like its release": {"name": "docker-registry-1", "release": {"releaseName": "hub"}},
}

DEPLOYMENTS: Final = {name: RegistryDeployment.model_validate(config) for name, config in CONFIGS.items()}


def facts_of(name: str) -> DeploymentFacts:
    return DeploymentFacts(DEPLOYMENTS[name])


def true_facts(facts: object) -> set[str]:
    """The names of the facts that are true."""
    return {name for name, value in vars(facts).items() if value is True}
