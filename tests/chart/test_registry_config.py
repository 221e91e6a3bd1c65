"""The models know the config.yml that Helm renders: what the areas set, with `configuration` over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.values import RegistryValues
from tests.support.helm import Chart

SCENARIOS = sorted(Path(__file__).with_name("scenarios").glob("*/values.yaml"))

VALUES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "two replicas": {
        "replicaCount": 2,
        "http": {"existingSecret": "a"},
        "persistence": {"accessModes": ["ReadWriteMany"]},
    },
    "no replica": {"replicaCount": 0},
    "deletion": {"deletion": {"enabled": True}},
    "users": {"auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}}},
    "HTTP": {"http": {"relativeUrls": False, "drainTimeout": "5s"}},
    "another driver": {"configuration": {"storage": {"s3": {"bucket": "images"}}}},
    "no setting of a driver": {"configuration": {"storage": {"inmemory": {}}}},
    "the same driver": {"configuration": {"storage": {"filesystem": {"maxthreads": 50}}}},
    "false, zero, and nothing": {
        "configuration": {
            "http": {"relativeurls": False, "draintimeout": "0s", "headers": {"X-Content-Type-Options": []}},
            "storage": {"cache": {"blobdescriptor": "", "blobdescriptorsize": 0}},
            "health": {"storagedriver": {"enabled": False}},
            "redis": {},
        }
    },
    "all of S3": {
        "storage": {
            "type": "s3",
            "s3": {
                **{"bucket": "images", "regionEndpoint": "https://minio.example.com", "rootDirectory": "a"},
                **{"encrypt": True, "storageClass": "STANDARD_IA", "chunkSize": 33554432, "redirect": False},
            },
        }
    },
    "S3 of AWS": {
        "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-west-1", "forcePathStyle": False}}
    },
    "S3, typed and not": {
        "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-west-1"}},
        "configuration": {"storage": {"s3": {"accelerate": True}}},
    },
    "GCS": {"storage": {"type": "gcs", "gcs": {"bucket": "images", "existingSecret": "gcs", "chunkSize": 262144}}},
    "Azure": {"storage": {"type": "azure", "azure": {"accountName": "a", "container": "b", "realm": "c"}}},
    "memory": {"storage": {"type": "inmemory"}, "cache": {"type": "off"}},
    "Redis": {
        "cache": {
            "type": "redis",
            "redis": {
                **{"addrs": ["redis:6379", "other:6379"], "username": "a", "db": 1, "masterName": "m"},
                **{"sentinelUsername": "s", "tls": {"enabled": True}, "existingSecret": "redis"},
            },
        }
    },
    "Redis with an authority of its own": {
        "extraCAs": [{"secretName": "authority"}, {"configMapName": "other"}],
        "cache": {"type": "redis", "redis": {"addrs": ["redis:6379"], "tls": {"enabled": True}}},
    },
    "Redis of config.yml": {
        "configuration": {
            "redis": {"addrs": ["redis:6379"], "maxretries": 1},
            "storage": {"cache": {"blobdescriptor": "redis"}},
        }
    },
    "token": {
        "auth": {
            "token": {
                **{"enabled": True, "realm": "https://a.example.com/token", "service": "s", "issuer": "i"},
                **{"existingSecret": "keys", "jwksKey": "jwks.json", "signingAlgorithms": ["ES256"]},
            }
        }
    },
    "TLS": {
        "tls": {
            **{"enabled": True, "existingSecret": "tls", "minimumVersion": "tls1.3"},
            "clientAuthentication": {"existingSecret": "ca", "mode": "verify-client-cert-if-given"},
        }
    },
    "pull-through cache": {
        "proxy": {
            **{"enabled": True, "remoteUrl": "https://registry-1.docker.io", "username": "a"},
            **{"existingSecret": "hub", "ttl": "24h"},
        }
    },
    "pull-through cache of config.yml": {"configuration": {"proxy": {"remoteurl": "https://registry-1.docker.io"}}},
    "metrics": {"metrics": {"enabled": True, "path": "/prometheus"}},
    "metrics next to a port of their own": {
        "metrics": {"enabled": True, "port": 5002},
        "configuration": {"http": {"addr": ":5003"}},
    },
    "lists and maps": {
        "configuration": {
            "notifications": {"endpoints": [{"name": "a", "url": "http://a/", "headers": {"X": ["b"]}}]},
            "log": {"fields": {"team": "a"}},
            "http": {"headers": {"X-Frame-Options": ["DENY"]}},
            "storage": {"maintenance": {"uploadpurging": {"age": "1h"}, "readonly": {"enabled": True}}},
        }
    },
}


@pytest.mark.parametrize("case", VALUES)
def test_models_know_the_config_that_helm_renders(chart: Chart, case: str) -> None:
    assert_same(chart, VALUES[case])


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.parent.name)
def test_models_know_the_config_of_each_scenario(chart: Chart, file: Path) -> None:
    assert_same(chart, yaml.safe_load(file.read_text()) or {})


def assert_same(chart: Chart, values: dict[str, Any]) -> None:
    rendered = chart.render(**values)
    (config,) = (found for found in rendered.objects if "config.yml" in found.get("data", {}))
    expected = yaml.safe_load(config["data"]["config.yml"])
    del expected["version"]
    found = RegistryValues.model_validate(values, by_alias=True, by_name=False).effective_configuration
    assert found.to_config_dict() == expected
