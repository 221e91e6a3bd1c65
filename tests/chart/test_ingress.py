"""The Ingress, and what NOTES.txt says about it and the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.helm import Chart

HOST = "registry.example.com"


@pytest.mark.parametrize(
    ("values", "secret"),
    [
        pytest.param({"hostname": HOST}, "registry.example.com-tls", id="the host's own"),
        pytest.param({"hostname": HOST, "existingSecret": "certificate"}, "certificate", id="an existing Secret"),
        pytest.param({"hostname": "*.example.com"}, "wildcard.example.com-tls", id="a wildcard host"),
    ],
)
def test_tls_takes_the_named_secret_or_one_named_after_the_host(
    chart: Chart, values: dict[str, Any], secret: str
) -> None:
    ingress = chart.render(ingress={"enabled": True, "tls": True} | values)["Ingress"]
    assert ingress["spec"]["tls"] == [{"hosts": [values["hostname"]], "secretName": secret}]


def test_without_tls_there_is_no_tls(chart: Chart) -> None:
    ingress = chart.render(ingress={"enabled": True, "hostname": HOST, "existingSecret": "certificate"})["Ingress"]
    assert "tls" not in ingress["spec"]


def test_without_any_host_one_rule_takes_every_host(chart: Chart) -> None:
    (rule,) = chart.render(ingress={"enabled": True})["Ingress"]["spec"]["rules"]
    assert not rule["host"]


def test_extra_hosts_alone_open_no_door_for_every_host(chart: Chart) -> None:
    ingress = chart.render(ingress={"enabled": True, "extraHosts": [{"name": HOST}]})["Ingress"]
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [HOST]


def test_no_annotation_is_added_that_the_user_did_not_write(chart: Chart) -> None:
    assert "annotations" not in chart.render(ingress={"enabled": True, "hostname": HOST})["Ingress"]["metadata"]


def test_the_notes_name_the_annotations_that_ingress_nginx_needs_and_that_are_missing(chart: Chart) -> None:
    body, timeout = (f"nginx.ingress.kubernetes.io/proxy-{name}" for name in ("body-size", "read-timeout"))
    notes = chart.notes(ingress={"enabled": True, "hostname": HOST, "annotations": {body: "0"}})
    assert f'{timeout}: "900"' in notes
    assert body not in notes
    assert "nginx" not in chart.notes(ingress={"enabled": True, "hostname": HOST, "ingressClassName": "traefik"})


def test_the_notes_of_the_default_give_the_documented_commands(chart: Chart) -> None:
    notes = chart.notes()
    assert "kubectl port-forward -n docker-registry svc/docker-registry 5000:5000" in notes
    assert "kubectl logs -n docker-registry -l app.kubernetes.io/name=docker-registry" in notes
    assert "docker push localhost:5000/IMAGE" in notes
    assert "docker login" not in notes
    assert "Please read" not in notes


def test_the_notes_of_an_ingress_with_login_give_its_address_and_the_login(chart: Chart) -> None:
    notes = chart.notes(
        ingress={"enabled": True, "hostname": HOST, "tls": True},
        auth={"htpasswd": {"enabled": True, "existingSecret": "users"}},
    )
    assert f"https://{HOST}" in notes
    assert f"docker login {HOST}" in notes
    assert f"docker pull {HOST}/IMAGE" in notes
    assert "port-forward" not in notes
    assert "Please read" not in notes


def test_the_notes_of_a_pull_through_cache_speak_of_no_push(chart: Chart) -> None:
    notes = chart.notes(configuration={"proxy": {"remoteurl": "https://upstream.example.com"}})
    assert "docker pull" in notes
    assert "docker push" not in notes


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"persistence": {"enabled": False}}, "Every image is lost when the Pod ends"),
        ({"ingress": {"enabled": True, "hostname": HOST, "tls": True}}, "lets anybody who reaches it push and pull"),
        (
            {
                "ingress": {"enabled": True, "hostname": HOST},
                "auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}},
            },
            "passwords go over the network in clear",
        ),
        (
            {"auth": {"htpasswd": {"enabled": True, "username": "admin", "password": "secret"}}},
            "The password stands in the values",
        ),
    ],
)
def test_the_notes_warn_of_what_works_but_surprises(chart: Chart, values: dict[str, Any], warning: str) -> None:
    assert warning in chart.notes(**values)
