"""The chart's values: the documented defaults, and the combinations that cannot work."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import RegistryValues

OBJECT_STORE = {"storage": {"s3": {"region": "eu-central-1", "bucket": "images"}}}
SHARED = {"accessModes": ["ReadWriteMany"]}
SECRET = {"existingSecret": "registry-http"}


def values(**keys: Any) -> RegistryValues:
    return RegistryValues.model_validate(keys, by_name=False, by_alias=True)


def refusals(**keys: Any) -> dict[str, str]:
    """Path -> message of everything that is wrong with these values."""
    with pytest.raises(ValidationError) as caught:
        values(**keys)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def test_the_defaults_are_the_documented_deployment() -> None:
    registry = RegistryValues()
    assert (registry.image.repository, registry.image.tag) == ("library/registry", "3.1.1")
    assert (registry.service.type, registry.service.ports.http, registry.replica_count) == ("ClusterIP", 5000, 1)
    assert registry.resources.requests.to_config_dict() == {}
    assert registry.resources.requests.model_dump(exclude_none=True) == {"cpu": "100m", "memory": "128Mi"}
    assert registry.resources.limits.model_dump(exclude_none=True) == {"cpu": "500m", "memory": "512Mi"}
    assert (registry.persistence.size, registry.persistence.access_modes) == ("10Gi", ("ReadWriteOnce",))
    assert registry.container_security_context.run_as_non_root
    assert registry.container_security_context.allow_privilege_escalation is False
    assert registry.to_config_dict() == {}


def test_what_is_set_leaves_the_other_defaults_of_its_section_in_force() -> None:
    registry = values(resources={"limits": {"memory": "1Gi"}})
    assert (registry.resources.limits.cpu, registry.resources.limits.memory) == ("500m", "1Gi")
    assert registry.to_config_dict() == {"resources": {"limits": {"memory": "1Gi"}}}


def test_null_is_rendered_because_it_removes_a_default_of_the_chart() -> None:
    assert values(resources={"limits": {"cpu": None}}).to_config_dict() == {"resources": {"limits": {"cpu": None}}}


def test_several_replicas_on_a_volume_of_one_node_are_refused() -> None:
    found = refusals(replicaCount=2, http=SECRET)
    assert found == {
        "replicaCount": "2 replicas cannot share a ReadWriteOnce volume: set replicaCount to 1, set "
        "persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or set "
        "storage.type to an object store (s3, gcs, azure)"
    }
    assert (
        "without persistence" in refusals(replicaCount=2, http=SECRET, persistence={"enabled": False})["replicaCount"]
    )
    memory: dict[str, Any] = {"storage": {"inmemory": {}}}
    assert (
        "with the inmemory driver each have their own images: set replicaCount to 1, or set storage.type to"
        in refusals(replicaCount=2, http=SECRET, persistence=SHARED, configuration=memory)["replicaCount"]
    )


def test_several_replicas_need_one_secret_for_uploads() -> None:
    assert "set http.existingSecret to its name" in refusals(replicaCount=2, persistence=SHARED)["replicaCount"]


@pytest.mark.parametrize("storage", [{"persistence": SHARED}, {"configuration": OBJECT_STORE}])
def test_several_replicas_on_shared_storage_are_fine(storage: dict[str, Any]) -> None:
    assert values(replicaCount=3, http=SECRET, **storage).replica_count == 3


def test_htpasswd_without_credentials_is_refused() -> None:
    message = "htpasswd is enabled without credentials"
    assert message in refusals(auth={"htpasswd": {"enabled": True}})["auth.htpasswd.existingSecret"]
    assert message in refusals(auth={"htpasswd": {"enabled": True, "username": "u"}})["auth.htpasswd.existingSecret"]
    assert values(auth={"htpasswd": {"enabled": True, "existingSecret": "users"}}).auth.htpasswd.enabled


def test_an_existing_secret_and_a_password_exclude_each_other() -> None:
    htpasswd = {"enabled": True, "existingSecret": "users", "username": "u", "password": "hunter2"}
    found = refusals(auth={"htpasswd": htpasswd})
    assert "cannot be combined" in found["auth.htpasswd.password"]
    assert "hunter2" not in str(found)


def test_a_password_is_at_most_what_bcrypt_reads_and_never_shown() -> None:
    assert "72 bytes" in refusals(auth={"htpasswd": {"password": "é" * 37}})["auth.htpasswd.password"]
    shown = repr(values(auth={"htpasswd": {"enabled": True, "username": "u", "password": "hunter2"}}))
    assert "hunter2" not in shown


def test_tls_needs_a_host_name() -> None:
    assert "set ingress.hostname" in refusals(ingress={"enabled": True, "tls": True})["ingress.hostname"]

    certificates = [{"secretName": "wildcard", "hosts": ["*.example.com"]}]
    assert values(ingress={"enabled": True, "tls": True, "extraTls": certificates}).ingress.tls


def test_two_ways_to_log_in_are_refused() -> None:
    token = {
        "auth": {"token": {"realm": "https://a/b", "service": "s", "issuer": "i", "rootcertbundle": "/etc/ssl/ca.pem"}}
    }
    htpasswd = {"htpasswd": {"enabled": True, "existingSecret": "users"}}
    assert "token are both set" in refusals(auth=htpasswd, configuration=token)["auth.htpasswd.enabled"]


def test_a_prefix_and_relative_urls_exclude_each_other() -> None:
    prefix = {"http": {"prefix": "/hub/"}}
    assert "set http.relativeUrls to false" in refusals(configuration=prefix)["http.relativeUrls"]
    assert values(configuration=prefix, http={"relativeUrls": False}).configuration.http


def test_the_pod_must_live_longer_than_it_drains() -> None:
    found = refusals(terminationGracePeriodSeconds=60, http={"drainTimeout": "1m"})
    assert "set terminationGracePeriodSeconds to at least 61" in found["terminationGracePeriodSeconds"]
    assert values(terminationGracePeriodSeconds=61, http={"drainTimeout": "1m"}).http.drain_timeout == "1m"


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = refusals(replicaCount=2, ingress={"enabled": True, "tls": True}, auth={"htpasswd": {"enabled": True}})
    assert set(found) == {"replicaCount", "ingress.hostname", "auth.htpasswd.existingSecret"}


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("persistence.size", {"persistence": {"size": "10Gb"}}),
        ("persistence.size", {"persistence": {"size": "0"}}),
        ("persistence.accessModes", {"persistence": {"accessModes": []}}),
        ("persistence.accessModes.0", {"persistence": {"accessModes": ["RWO"]}}),
        ("service.ports.http", {"service": {"ports": {"http": 99999}}}),
        ("service.clusterIP", {"service": {"clusterIP": "none!"}}),
        ("service.clusterIp", {"service": {"clusterIp": "1.2.3.4"}}),
        ("ingress.hostname", {"ingress": {"hostname": "https://registry.example.com"}}),
        ("ingress.path", {"ingress": {"path": "v2"}}),
        ("image.tag", {"image": {"tag": 3}}),
        ("image.digest", {"image": {"digest": "sha256:abc"}}),
        (
            "extraEnvVars.0.valueFrom",
            {"extraEnvVars": [{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "a"}}}]},
        ),
        ("extraEnvVars.0.valueFrom", {"extraEnvVars": [{"name": "A", "valueFrom": {}}]}),
        ("extraEnvVars.0.value", {"extraEnvVars": [{"name": "A", "value": 5}]}),
        ("updateStrategy.rollingUpdate", {"updateStrategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}}),
        (
            "updateStrategy.rollingUpdate.maxUnavailable",
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "101%"}}},
        ),
        ("tolerations.0.value", {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}),
        ("tolerations.0", {"tolerations": [{"operator": "Equal"}]}),
        ("livenessProbe.successThreshold", {"livenessProbe": {"successThreshold": 2}}),
        (
            "podSecurityContext.seccompProfile.localhostProfile",
            {"podSecurityContext": {"seccompProfile": {"type": "Localhost"}}},
        ),
        ("commonLabels.a b.[key]", {"commonLabels": {"a b": "c"}}),
        ("affinity.nodeAffinity.required", {"affinity": {"nodeAffinity": {"required": {}}}}),
        ("fullnameOverride", {"fullnameOverride": "1registry"}),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(path: str, keys: dict[str, Any]) -> None:
    assert path in refusals(**keys)


def test_variable_is_not_blamed_for_what_another_value_lacks() -> None:
    variables = [{"name": "REGISTRY_LOG_LEVEL", "value": "debug"}]
    assert set(refusals(storage={"type": "s3", "s3": {"bucket": "images"}}, extraEnvVars=variables)) == {
        "storage.s3.region"
    }
