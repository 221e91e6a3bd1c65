"""What the rules say of plain registries is what distribution itself does: version 3, and 2.8."""

from __future__ import annotations

import http.client
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml

from registry_gitops.validation import ValidationOptions, examine
from tests.support.registry import RealRegistry

RULES: Final = frozenset(["registry-start", "storage-drivers", "service-links"])
OF_IMAGE: Final = """\
version: 0.1
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
"""
"""As the image has it: what is read if nothing is mounted."""


def service(name: str) -> dict[str, str]:
    """The variables that the kubelet sets for a Service."""
    variable = name.upper().replace("-", "_")
    return {f"{variable}_SERVICE_HOST": "10.0.0.1", f"{variable}_PORT": "tcp://10.0.0.1:5000"}


FATAL: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "log level": (OF_IMAGE, {"REGISTRY_LOG_LEVEL": "warning"}),
    "read-only key alone": (OF_IMAGE, {"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED": "true"}),
    "purging key alone": (OF_IMAGE, {"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_ENABLED": "false"}),
    "purging without an age": (OF_IMAGE, {"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING": "{enabled: true}"}),
    "redis cache without redis": (OF_IMAGE, {"REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR": "redis"}),
    "empty redirect": (OF_IMAGE, {"REGISTRY_STORAGE_REDIRECT": "{}"}),
    "redirect that is text": (OF_IMAGE, {"REGISTRY_STORAGE_REDIRECT_DISABLE": '"true"'}),
    "htpasswd without a path": (OF_IMAGE, {"REGISTRY_AUTH": "htpasswd", "REGISTRY_AUTH_HTPASSWD_REALM": "images"}),
    "address without a colon": (OF_IMAGE, {"REGISTRY_HTTP_ADDR": "5000"}),
    "bucket without a region": (OF_IMAGE, {"REGISTRY_STORAGE": "s3", "REGISTRY_STORAGE_S3_BUCKET": "images"}),
    "region without a bucket": (OF_IMAGE, {"REGISTRY_STORAGE": "s3", "REGISTRY_STORAGE_S3_REGION": "eu-central-1"}),
    "second driver": (OF_IMAGE, {"REGISTRY_STORAGE_S3_BUCKET": "images"}),
    "no version": (OF_IMAGE.replace("version: 0.1\n", ""), {}),
    "other version": (OF_IMAGE.replace("0.1", "0.2"), {}),
    "no driver": ("version: 0.1\nstorage:\n  delete:\n    enabled: true\nhttp:\n  addr: :5000\n", {}),
    "no mapping": ("version", {}),
    "no YAML": ("version: 0.1\nstorage: {\n", {}),
    "Service registry-auth": (OF_IMAGE, service("registry-auth")),
    "Service registry-auth-server": (OF_IMAGE, service("registry-auth-server")),
    "Service registry-storage": (OF_IMAGE, service("registry-storage")),
    "Service registry-middleware": (OF_IMAGE, service("registry-middleware")),
}
HARMLESS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "whole read-only section": (OF_IMAGE, {"REGISTRY_STORAGE_MAINTENANCE_READONLY": "{enabled: true}"}),
    "log level": (OF_IMAGE, {"REGISTRY_LOG_LEVEL": "WARN"}),
    "redirect": (OF_IMAGE, {"REGISTRY_STORAGE_REDIRECT_DISABLE": "true"}),
    "no provider": (OF_IMAGE, {"REGISTRY_AUTH": "none"}),
    "unknown key": (OF_IMAGE + "bogus: true\n", {}),
    "no purging": (OF_IMAGE, {"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING": "{enabled: false}"}),
    "purging": (
        OF_IMAGE,
        {"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING": "{enabled: true, age: 24h, interval: 1h, dryrun: false}"},
    ),
    "Service registry": (OF_IMAGE, service("registry")),
    "Service registry-ui": (OF_IMAGE, service("registry-ui")),
    "Service registry-http": (OF_IMAGE, service("registry-http")),
}


def found(folder: Path, config: str, environment: Mapping[str, str]) -> set[str]:
    """The ids of what the rules find in a Deployment with these settings, and in the Services that set variables."""
    names = {
        name.removesuffix("_PORT")
        for name in environment
        if f"{name.removesuffix('_PORT')}_SERVICE_HOST" in environment
    }
    written = {name: value for name, value in environment.items() if not any(name.startswith(each) for each in names)}
    container = {
        "name": "registry",
        "image": "registry:3.1.1",
        "env": [{"name": name, "value": value} for name, value in written.items()],
        "volumeMounts": [{"name": "config", "mountPath": "/etc/distribution"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "config", "configMap": {"name": "config"}}]}
    template = {"metadata": {"labels": {"app": "registry"}}, "spec": pod}
    spec = {"selector": {"matchLabels": {"app": "registry"}}, "template": template}
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "registry"}, "spec": spec},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config"}, "data": {"config.yml": config}},
        *(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name.lower().replace("_", "-")},
                "spec": {"selector": {"app": "other"}, "ports": [{"port": 5000}]},
            }
            for name in names
        ),
    ]
    file = folder / "registry.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    return {finding.id for finding in examine([str(file)], ValidationOptions(only=RULES)).findings}


@pytest.mark.parametrize("case", FATAL)
def test_settings_that_end_the_registry_are_found(case: str, tmp_path: Path) -> None:
    assert found(tmp_path, *FATAL[case])


@pytest.mark.parametrize("case", HARMLESS)
def test_settings_with_which_the_registry_starts_are_not_found(case: str, tmp_path: Path) -> None:
    assert not found(tmp_path, *HARMLESS[case])


@pytest.mark.exhaustive
@pytest.mark.parametrize("program", ["registry", "docker-registry"])
@pytest.mark.parametrize("case", FATAL)
def test_registry_exits_with_the_settings_that_are_found(
    case: str, program: str, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    config, environment = FATAL[case]
    file = tmp_path / "config.yml"
    file.write_text(config.replace("/var/lib/registry", str(tmp_path)).replace(":5000", "127.0.0.1:0"))
    variables = {"OTEL_TRACES_EXPORTER": "none", **environment}
    done = subprocess.run([tool(program), "serve", file], env=variables, capture_output=True, check=False, timeout=180)
    assert done.returncode in (1, 2)


@pytest.mark.exhaustive
@pytest.mark.parametrize("program", ["registry", "docker-registry"])
@pytest.mark.parametrize("case", HARMLESS)
def test_registry_starts_with_the_settings_that_are_not_found(
    case: str, program: str, tool: Callable[[str], Path]
) -> None:
    config, environment = HARMLESS[case]
    with RealRegistry(tool(program), config, environment={"OTEL_TRACES_EXPORTER": "none", **environment}) as registry:
        assert status(registry, "/") == 200


LOGIN: Final = OF_IMAGE + "auth:\n  htpasswd:\n    realm: images\n    path: /auth/htpasswd\n"
BCRYPT: Final = "alice:$2y$05$n2ynJqmJ50HEIt0agYu2R.30smTMPFpxPO2cPOMTJiYs7X5u6hw7e"


@pytest.mark.parametrize("program", ["registry", "docker-registry"])
def test_registry_answers_probes_as_the_rule_says(program: str, tool: Callable[[str], Path]) -> None:
    with RealRegistry(tool(program), LOGIN, htpasswd=f"{BCRYPT}\n") as registry:
        answers = {path: status(registry, path) for path in ("/", "/v2/", "/healthz", "/debug/health", "/metrics")}
    assert answers == {"/": 200, "/v2/": 401, "/healthz": 404, "/debug/health": 404, "/metrics": 404}


@pytest.mark.parametrize("program", ["registry", "docker-registry"])
def test_registry_accepts_no_hash_but_bcrypt(program: str, tool: Callable[[str], Path]) -> None:
    users = ["alice:$apr1$TRMs2Cbs$WLPy8RLnDhZBPFqvAyCuW/", "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "alice:password"]
    credentials = {"Authorization": f"Basic {b64encode(b'alice:password').decode()}"}
    for user in users:
        with RealRegistry(tool(program), LOGIN, htpasswd=f"{user}\n") as registry:
            assert status(registry, "/v2/", credentials) == 401


def status(registry: RealRegistry, path: str, headers: Mapping[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection(registry.host, registry.port, timeout=60)
    connection.request("GET", path, headers=dict(headers or {}))
    code = connection.getresponse().status
    connection.close()
    return code
