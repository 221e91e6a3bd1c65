"""A deployment with variables of Flux: after kustomize and Flux's own substitution, each value has its type."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment, load
from registry_gitops.render import render, render_checked
from registry_gitops.schema import config_schema, values_schema
from tests.support.helm import Chart
from tests.support.tools import Envsubst

HERE: Final = Path(__file__).parent / "substituted"
DEPLOYMENT: Final = HERE / "registry.yaml"

# Values that YAML reads as something else wherever they stand without quotes.
VARIABLES: Final = {
    "NAME": "r3",
    "TENANT": "t",
    "HARBOR": "harbor.example.com",
    "CHART_VERSION": "1.10",
    "INSECURE": "true",
    "INTERVAL": "1h",
    "SUSPEND": "true",
    "HISTORY": "3",
    "TEAM": "42",
    "WIKI": "see: #wiki",
    "REPLICAS": "0",
    "TAG": "3",
    "SERVICE_TYPE": "NodePort",
    "PORT": "8080",
    "PUBLIC": "true",
    "DOMAIN": "example.com",
    "TLS": "false",
    "USERS": "null",
    "SIZE": "1000",
    "STORAGE_CLASS": "1e3",
    "ACCESS_MODE": "ReadWriteMany",
    "ATTRIBUTES": "yes",
    "DRAIN": "30s",
    "GRACE": "45",
}


@pytest.fixture(scope="module")
def built(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The objects of the rendered directory, as the real kustomize builds them."""
    directory = tmp_path_factory.mktemp("substituted")
    for path, text in render(load(DEPLOYMENT)).items():
        (directory / path).write_text(text, "utf-8")
    done = subprocess.run([tool("kustomize"), "build", directory], capture_output=True, text=True, check=True)
    return done.stdout.split("---\n")


def applied(built: list[str], envsubst: Envsubst, variables: dict[str, str]) -> dict[str, Any]:
    """Return what Flux applies: each object by its kind."""
    objects = [envsubst.object(text, variables) for text in built]
    return {found["kind"]: found for found in objects}


def test_rendered_files_are_as_they_were_reviewed(update_goldens: bool) -> None:
    tree = render(load(DEPLOYMENT))
    if update_goldens:
        for path, text in tree.items():
            (HERE / "rendered").mkdir(exist_ok=True)
            (HERE / "rendered" / path).write_text(text, "utf-8")
    assert tree == {path.name: path.read_text("utf-8") for path in (HERE / "rendered").iterdir()}


def test_every_value_has_its_type_after_flux_filled_it_in(built: list[str], envsubst: Envsubst) -> None:
    found = applied(built, envsubst, VARIABLES)
    assert found["Namespace"]["metadata"]["name"] == "t-registry"
    assert found["OCIRepository"]["spec"]["url"] == "oci://harbor.example.com/charts/docker-registry"
    assert found["OCIRepository"]["spec"]["ref"] == {"tag": "1.10"}
    assert found["OCIRepository"]["spec"]["insecure"] is True
    release = found["HelmRelease"]
    assert release["metadata"] == {"name": "r3", "namespace": "t-registry", "labels": {"team": "42"}}
    assert (release["spec"]["interval"], release["spec"]["suspend"], release["spec"]["maxHistory"]) == ("1h", True, 3)
    assert release["spec"]["values"] == {
        "replicaCount": 0,
        "commonAnnotations": {"example.com/contact": "The team 42, see see: #wiki"},
        "image": {"tag": "3"},
        "service": {"type": "NodePort", "ports": {"http": 8080}},
        "ingress": {"enabled": True, "hostname": "registry.example.com", "tls": False},
        "auth": {"htpasswd": {"enabled": True, "existingSecret": "null"}},
        "persistence": {"size": 1000, "storageClass": "1e3", "accessModes": ["ReadWriteMany"]},
        "extraEnvVars": [
            {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": "yes"},
            {"name": "LITERAL", "value": "${HOME}"},
        ],
        "http": {"drainTimeout": "30s"},
        "terminationGracePeriodSeconds": 45,
    }


def test_defaults_have_their_types_and_texts_without_a_value_are_empty(built: list[str], envsubst: Envsubst) -> None:
    found = applied(built, envsubst, {"TENANT": "t", "HARBOR": "h", "DOMAIN": "example.com"})
    values = found["HelmRelease"]["spec"]["values"]
    assert values["replicaCount"] == 1
    assert values["image"]["tag"] == "3"
    assert values["persistence"] == {"size": "20Gi", "storageClass": "", "accessModes": ["ReadWriteOnce"]}
    assert values["ingress"]["tls"] is True
    assert values["auth"]["htpasswd"]["existingSecret"] == ""


def test_chart_accepts_the_values_that_flux_fills_in(built: list[str], envsubst: Envsubst, chart: Chart) -> None:
    found = applied(built, envsubst, VARIABLES | {"STORAGE_CLASS": "fast", "USERS": "users"})
    chart.render(**found["HelmRelease"]["spec"]["values"])


def test_editors_accept_variables_and_helm_does_not() -> None:
    described = yaml.safe_load(DEPLOYMENT.read_text("utf-8"))
    assert jsonschema_rs.is_valid(config_schema(), described)
    assert not jsonschema_rs.is_valid(config_schema(), {"values": {"replicaCount": "two"}})
    assert not jsonschema_rs.is_valid(values_schema(), described["values"])


def test_page_names_the_variables_and_shows_values_as_they_are_written() -> None:
    page = render(load(DEPLOYMENT))["README.md"]
    assert "Flux fills in `${NAME}`, `${TENANT}`," in page
    for key, text in (("replicaCount", "${REPLICAS:=1}"), ("ingress.enabled", "${PUBLIC}")):
        assert re.search(rf"\| `values\.{key}` +\| `{re.escape(text)}`", page)
    assert "kubectl get pods -n ${TENANT}-registry" in page
    assert "Flux fills in" not in render(RegistryDeployment())["README.md"]


def test_open_values_are_text_where_the_config_file_quotes_them() -> None:
    quoted = RegistryDeployment.model_validate({"values": {"podAnnotations": {"a": "${A}"}}})
    assert "a: |-\n        ${A}${_text:=\n        }\n" in render(quoted)["helmrelease.yaml"]


@pytest.mark.parametrize(
    ("config", "rules"),
    [
        ({"source": {"type": "git", "path": "apps/${CLUSTER}"}}, set()),
        ({"namespace": "${NS}"}, set()),
        ({"namespace": "${NS:=default}"}, {"system-namespace"}),
        ({"values": {"auth": {"htpasswd": {"enabled": True, "username": "a", "password": "${P}"}}}}, set()),
        (
            {"values": {"auth": {"htpasswd": {"enabled": True, "username": "a", "password": "${P:=abc}"}}}},
            {"plaintext-password"},
        ),
        ({"values": {"configuration": {"http": {"secret": "${S}"}}}}, set()),
        ({"values": {"configuration": {"http": {"secret": "${S:=abc}"}}}}, {"plaintext-password"}),
        ({"source": {"type": "helm", "url": "${URL}"}}, set()),
        ({"source": {"type": "helm"}, "values": {"replicaCount": "${N}"}}, {"chart-not-published"}),
    ],
)
def test_rule_finds_only_what_no_value_can_change(config: dict[str, Any], rules: set[str]) -> None:
    findings, _ = render_checked(RegistryDeployment.model_validate(config))
    assert {finding.id for finding in findings} == rules


def test_rendered_yaml_is_the_same_for_every_reader() -> None:
    tree = render(load(DEPLOYMENT))
    values = yaml.safe_load(tree["helmrelease.yaml"])["spec"]["values"]
    assert values["image"]["tag"] == "${TAG:=3}${_text:=\n}"
    assert values["replicaCount"] == "${REPLICAS:=1}"
