"""Plain manifests that run a registry: what becomes of each key, and whether the chart makes the same of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from registry_gitops.documents import Manifest, find_files, read_file
from registry_gitops.errors import InputError
from registry_gitops.importer import Fate, KeyOutcome, import_path
from registry_gitops.importer.input_keys import format_path
from registry_gitops.repository import FluxRepository
from tests.support.helm import Chart, Rendered

INPUTS = Path(__file__).parent / "inputs" / "manifests"
NAMES = sorted(path.stem for path in INPUTS.iterdir())

SECRETS = ("plain-secret-key", "plain-redis", "plain-http", "plain-token", "hidden-in", "cGxhaW4tYXp1cmUta2V5", "$2y$")
"""Parts of the secrets in the inputs."""


class Found:
    """The import of one input."""

    def __init__(self, path: Path) -> None:
        documents = [document for file in find_files([str(path)]) for document in read_file(file).documents]
        self.manifests = FluxRepository(documents).manifests
        self.imported = import_path(str(path), Path("apps/registry"))
        self.config: dict[str, Any] = yaml.safe_load(self.imported.files["registry.yaml"])
        self.values: dict[str, Any] = self.config["values"]
        self.outcomes = self.imported.report.outcomes

    def outcome(self, key: str) -> KeyOutcome:
        """What became of a key."""
        (found,) = [each for each in self.outcomes if key in (each.key, *each.keys)]
        return found


@cache
def imported(name: str) -> Found:
    """Import the input of this name."""
    path = INPUTS / name
    return Found(path if path.is_dir() else path.with_suffix(".yaml"))


def leaf_paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each value that is no collection, or an empty one."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaf_paths(item, (*path, key))
    if not value or not isinstance(value, dict | list):
        yield path


@pytest.mark.parametrize("name", NAMES)
def test_each_key_of_the_input_is_in_the_report(name: str) -> None:
    found = imported(name)
    reported = {(each.file, key) for each in found.outcomes for key in (each.key, *each.keys)}
    for manifest in found.manifests:
        for path in leaf_paths(manifest.value, manifest.path):
            key, file = format_path(path), manifest.document.source.name
            is_text = any(each == file and inner.startswith((f"{key}.", f"{key}[")) for each, inner in reported)
            assert (file, key) in reported or is_text, key


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_of_the_input_is_in_the_config_file_or_in_the_report(name: str) -> None:
    found = imported(name)
    told = found.imported.files["registry.yaml"] + found.imported.report.to_json()
    assert not [secret for secret in SECRETS if secret in told]


def registry_container(pod: dict[str, Any]) -> dict[str, Any]:
    """The container that runs the registry."""
    return next(each for each in pod["containers"] if "registry-ui" not in each["image"])


def find_pod(found: Found) -> tuple[Manifest, dict[str, Any]]:
    """The workload of an input, and its Pod."""
    for manifest in found.manifests:
        pod = manifest.mapping("spec", "template", "spec") or manifest.mapping("spec")
        if manifest.kind != "CronJob" and isinstance(pod.get("containers"), list):
            return manifest, pod
    raise AssertionError("no workload")


def claims(pod: dict[str, Any]) -> set[str]:
    """The claims that a Pod mounts."""
    volumes = pod.get("volumes") or []
    return {volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume}


def hosts(ingress: Any) -> set[tuple[str, str]]:
    """The hosts and paths of an Ingress."""
    rules = ingress["spec"]["rules"]
    return {(rule["host"], path.get("path", "/")) for rule in rules for path in rule["http"]["paths"]}


def find_kind(found: Found, kind: str) -> Manifest | None:
    """The object of a kind."""
    return next((each for each in found.manifests if each.kind == kind), None)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("flux-variables", "login-proxy")])
def test_the_chart_makes_the_objects_of_the_input(name: str, chart: Chart) -> None:
    found = imported(name)
    rendered = chart.render(**found.values)
    full_name = found.values["fullnameOverride"]
    (deployment,) = rendered.find("Deployment", full_name)
    compare_pods(found, deployment)
    if service := find_kind(found, "Service"):
        compare_services(service, rendered, full_name)
    if (ingress := find_kind(found, "Ingress")) is not None:
        (made,) = rendered.find("Ingress", full_name)
        assert hosts(made) == hosts(ingress.value)
    if (route := find_kind(found, "HTTPRoute")) is not None:
        (made,) = rendered.find("HTTPRoute", full_name)
        assert made["spec"]["hostnames"] == route.get("spec", "hostnames")


def compare_pods(found: Found, deployment: dict[str, Any]) -> None:
    """Compare what the Pods mount, and how they are found."""
    workload, pod = find_pod(found)
    made = deployment["spec"]["template"]
    old_claims = claims(pod) | {
        f"{each['metadata']['name']}-{workload.name}-0" for each in workload.list("spec", "volumeClaimTemplates")
    }
    assert old_claims <= claims(made["spec"])
    own = ("app.kubernetes.io/name", "app.kubernetes.io/instance")
    labels = workload.mapping("spec", "template", "metadata", "labels")
    assert {key: value for key, value in labels.items() if key not in own}.items() <= made["metadata"]["labels"].items()
    names = {each["name"] for each in registry_container(made["spec"])["env"]}
    kept = {
        each["name"] for each in registry_container(pod).get("env") or () if not each["name"].startswith("REGISTRY")
    }
    assert kept <= names
    decided = [each.key for each in found.outcomes if each.fate is Fate.DECISION]
    is_scaled = "autoscaling" in found.values
    if "spec.replicas" not in decided and not is_scaled and workload.get("spec", "replicas") is not None:
        assert deployment["spec"]["replicas"] == workload.get("spec", "replicas")


def compare_services(service: Manifest, rendered: Rendered, full_name: str) -> None:
    """Compare the name, type, and ports of Services."""
    assert service.name == full_name
    (made,) = rendered.find("Service", full_name)
    assert made["spec"]["type"] == service.get("spec", "type") or service.get("spec", "type") is None
    ports = {(port["port"], port.get("nodePort")) for port in made["spec"]["ports"]}
    assert ports == {(port["port"], port.get("nodePort")) for port in service.list("spec", "ports")}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tutorial-emptydir", {"persistence": {"enabled": False}}),
        ("claim-and-service", {"service": {"type": "LoadBalancer", "loadBalancerIP": "192.168.1.240",
                                           "ports": {"http": 80}}}),
        ("basic-auth-tls", {"tls": {"enabled": True, "existingSecret": "registry-cert"},
                            "auth": {"htpasswd": {"enabled": True, "existingSecret": "registry-auth",
                                                  "existingSecretKey": "htpasswd"}}}),
        ("statefulset", {"persistence": {"existingClaim": "data-registry-0"}, "terminationGracePeriodSeconds": 120}),
        ("s3-environment", {"replicaCount": 2, "deletion": {"enabled": True},
                            "storage": {"type": "s3", "s3": {"bucket": "my-images", "region": "eu-central-1",
                                                             "encrypt": True, "rootDirectory": "/prod"}}}),
        ("nfs", {"replicaCount": 2, "persistence": {"existingClaim": "registry-data", "subPath": "images",
                                                    "accessModes": ["ReadWriteMany"]}}),
        ("pod", {"persistence": {"existingClaim": "registry"},
                 "containerSecurityContext": {"runAsUser": 65534, "allowPrivilegeEscalation": False}}),
        ("config-in-secret", {"deletion": {"enabled": True}, "persistence": {"existingClaim": "images"}}),
        ("gcs", {"storage": {"type": "gcs", "gcs": {"bucket": "images-prod", "existingSecret": "gcs-key"}}}),
        ("ingress-v1beta1", {"fullnameOverride": "registry-svc", "ingress": {
            "enabled": True, "ingressClassName": "traefik", "hostname": "registry.example.org", "path": "/",
            "pathType": "Prefix", "extraTls": [{"hosts": ["registry.example.org"]}]}}),
        ("live-object", {"service": {"type": "NodePort", "ipFamilies": ["IPv4"],
                                     "ports": {"http": 5000}, "nodePorts": {"http": 30500}}}),
        ("flux-variables", {"configuration": {"http": {"host": "https://registry.${SECRET_DOMAIN}"}}}),
        ("env-from-configmap", {"cache": {"type": "inmemory"}, "configuration": {"log": {"level": "debug"}}}),
    ],
)  # fmt: skip
def test_values_are_those_of_the_input(name: str, values: dict[str, Any]) -> None:
    found = imported(name).values
    assert {key: found.get(key) for key in values} == values


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("daemonset", "kind"),
        ("hostpath", "spec.template.spec.containers[0].ports[0].hostPort"),
        ("other-command", "spec.template.spec.containers[0].command"),
        ("swift", "spec.template.spec.containers[0].env[1].value"),
        ("users-by-init-container", "spec.template.spec.containers[0].env[2].value"),
        ("config-not-in-sight", "spec.template.spec.volumes[0].secret.secretName"),
    ],
)
def test_what_the_chart_cannot_do_needs_a_decision(name: str, key: str) -> None:
    found = imported(name).outcome(key)
    assert found.fate is Fate.DECISION
    assert found.note
    assert found.options


@pytest.mark.parametrize("name", ["claim-and-service", "statefulset", "s3-environment", "ingress-v1", "live-object"])
def test_a_usual_deployment_needs_no_decision(name: str) -> None:
    assert not [each.key for each in imported(name).outcomes if each.fate is Fate.DECISION]


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        ("s3-keys-in-plaintext", {"registry-s3", "registry-redis", "registry-http"}),
        ("notifications", {"registry-environment"}),
        ("users-in-configmap", {"registry-users"}),
        ("azure", {"registry-azure"}),
        ("plaintext-in-containers", {"registry-environment"}),
    ],
)
def test_secrets_in_plaintext_become_secrets_to_encrypt(name: str, secrets: set[str]) -> None:
    found = imported(name).imported
    assert set(found.ignored) == {f"{secret}.plain.yaml" for secret in secrets}
    assert set(found.ignored) <= set(found.files)


def test_a_variable_overrides_config_yml_and_the_report_says_so(tmp_path: Path) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"},
              "data": {"config.yml": "version: 0.1\nlog:\n  level: warn\n"}}  # fmt: skip
    container = {"name": "r", "image": "registry:2", "env": [{"name": "REGISTRY_LOG_LEVEL", "value": "debug"}],
                 "volumeMounts": [{"name": "c", "mountPath": "/etc/docker/registry"}]}  # fmt: skip
    pod = {"containers": [container], "volumes": [{"name": "c", "configMap": {"name": "c"}}]}
    workload = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "r"}, "spec": pod}
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all([config, workload]))
    found = Found(tmp_path / "all.yaml")
    assert found.values["configuration"] == {"log": {"level": "debug"}}
    assert "overrides it" in found.outcome("data.config.yml.log.level").note


def test_containers_read_what_was_in_plaintext_from_a_secret() -> None:
    found = imported("plaintext-in-containers")
    (proxy,) = found.values["sidecars"]
    (users,) = found.values["initContainers"]
    content = yaml.safe_load(found.imported.files["registry-environment.plain.yaml"])["stringData"]
    variables = [*found.values["extraEnvVars"], *proxy["env"], *users["env"]]
    texts = {
        each["name"]: content[each["valueFrom"]["secretKeyRef"]["key"]] if "valueFrom" in each else each["value"]
        for each in variables
    }
    assert (users["command"], proxy["args"]) == (["sh", "-c", "$(USERS_COMMAND_2)"], ["$(PROXY_ARGS_0)", "--verbose"])
    assert texts == {
        "HTTPS_PROXY": "http://ci:hidden-in-proxy@proxy.example.com:3128",
        "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL": '"https://u:hidden-in-url@example.com/x"',
        "DB_PASSWORD": "hidden-in-another-variable",
        "MODE": "quick",
        "TARGET": "http://ci:$(DB_PASSWORD)@example.com",
        "USERS_COMMAND_2": "htpasswd -Bbn admin hidden-in-command > /auth/htpasswd",
        "PROXY_ARGS_0": "--upstream=http://ci:hidden-in-argument@localhost:5000",
    }
    assert "hidden-in-variable" in content.values()
    assert found.outcome("spec.template.metadata.annotations.upstream").fate is Fate.DECISION


def test_companions_are_those_of_the_chart(chart: Chart) -> None:
    found = imported("companions")
    rendered = chart.render(**found.values)
    (scaler,) = rendered.find("HorizontalPodAutoscaler", "registry")
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (2, 5)
    assert [each["resource"]["target"]["averageUtilization"] for each in scaler["spec"]["metrics"]] == [60, 80]
    (budget,) = rendered.find("PodDisruptionBudget", "registry")
    assert budget["spec"]["minAvailable"] == "50%"
    (policy,) = rendered.find("NetworkPolicy", "registry")
    ports = {rule["ports"][0]["port"]: rule.get("from") for rule in policy["spec"]["ingress"]}
    assert [each["namespaceSelector"] for each in ports["http"][:1]] == [{"matchLabels": {"team": "ci"}}]
    assert ports["metrics"] == [{"namespaceSelector": {"matchLabels": {"team": "ops"}}}]
    (monitor,) = rendered.find("ServiceMonitor", "registry")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["endpoints"][0]["interval"] == "30s"
    (collection,) = rendered.find("CronJob", "registry-collection")
    assert collection["spec"]["schedule"] == "15 2 * * *"
    assert found.values["garbageCollection"]["deleteUntagged"] is True
    assert found.outcome("spec.timeZone").fate is Fate.DECISION
    assert found.outcome("spec.replicas").to == ("values.autoscaling.enabled",)


def test_service_and_ingress_of_a_proxy_lead_to_the_proxy_still(chart: Chart) -> None:
    found = imported("login-proxy")
    (service,) = chart.render(**found.values).find("Service", "registry")
    assert {port["port"]: port["targetPort"] for port in service["spec"]["ports"]} == {5000: "http", 80: 4180}
    assert found.outcome("spec.ports[0].port").fate is Fate.DECISION
    assert "ingress" not in found.values
    assert found.outcome("spec.rules[0].host").fate is Fate.KEPT


def test_keys_around_objects_are_in_the_report() -> None:
    found = imported("encrypted-users")
    assert found.outcome("sops.mac").note == "SOPS wrote it"
    assert "it is the list around the objects" in {each.note for each in found.outcomes if "kind" in each.keys}
    assert found.values["auth"]["htpasswd"]["existingSecret"] == "registry-users"


def test_kind_of_login_is_no_empty_key() -> None:
    found = imported("login-and-metrics").outcome("spec.template.spec.containers[0].env[0].value.htpasswd")
    assert (found.fate, "empty" in found.note) == (Fate.TRANSLATED, False)


def test_port_of_metrics_stays_if_there_are_metrics() -> None:
    found = imported("login-and-metrics")
    assert found.outcome("spec.ports[1].port").to == ("values.service.extraPorts[0]",)
    assert found.values["service"]["extraPorts"] == [{"name": "metrics", "port": 9000, "targetPort": "metrics"}]


def test_what_belongs_to_no_registry_stays_as_it_is() -> None:
    (certificate,) = [each for each in imported("companions").outcomes if each.fate is Fate.KEPT and not each.to]
    assert (certificate.key, certificate.note) == ("", "it is no part of the release: it stays as it is")


ODD: tuple[Any, ...] = (None, 3, "text", True, "", [], {}, [1], [None], {"a": 1}, [{"a": 1}])


def with_odd_value(objects: list[Any], random: Random) -> list[Any]:
    """The objects with something else in the place of one value."""
    changed = deepcopy(objects)
    place: Any = changed[random.randrange(len(changed))]
    for _ in range(random.randrange(1, 9)):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = random.choice(keys)
        if not place[key] or not isinstance(place[key], dict | list):
            break
        inner = place[key]
        if random.random() < 0.1:
            break
        place = inner
    else:
        key = random.choice(list(place) if isinstance(place, dict) else list(range(len(place))))
    place[key] = random.choice(ODD)
    return changed


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kustomized"])
def test_no_value_of_a_wrong_type_makes_it_fail_in_another_way_than_by_an_error(name: str, tmp_path: Path) -> None:
    random = Random(name)
    objects = list(yaml.safe_load_all((INPUTS / f"{name}.yaml").read_text()))
    for number in range(3):
        path = tmp_path / f"{number}" / "all.yaml"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump_all(with_odd_value(objects, random)))
        with suppress(InputError):
            assert import_path(str(path), Path("apps/registry")).report.outcomes
