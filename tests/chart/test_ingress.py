"""The Ingress and the HTTPRoute, and what NOTES.txt says about them and the rest."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.values import Ingress
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


NGINX = {
    "nginx.ingress.kubernetes.io/proxy-body-size": "0",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "900",
    "nginx.ingress.kubernetes.io/proxy-send-timeout": "900",
    "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
    "nginx.org/client-max-body-size": "0",
    "nginx.org/proxy-read-timeout": "900s",
    "nginx.org/proxy-send-timeout": "900s",
}
HAPROXY = {"haproxy.org/timeout-server": "900s", "haproxy-ingress.github.io/timeout-server": "900s"}
CONTROLLERS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "any": ({}, NGINX | HAPROXY),
    "a class that says nothing": ({"ingressClassName": "public"}, NGINX | HAPROXY),
    "class nginx": ({"ingressClassName": "nginx-internal"}, NGINX),
    "class haproxy": ({"ingressClassName": "haproxy"}, HAPROXY),
    "class traefik": ({"ingressClassName": "traefik"}, {}),
    "a named controller": ({"ingressClassName": "internal", "controller": "nginx"}, NGINX),
    "no controller": ({"ingressClassName": "nginx", "controller": "none"}, {}),
    "the deprecated annotation": (
        {"annotations": {"kubernetes.io/ingress.class": "haproxy"}},
        HAPROXY | {"kubernetes.io/ingress.class": "haproxy"},
    ),
    "annotations of the user": (
        {"ingressClassName": "haproxy", "annotations": {"haproxy.org/timeout-server": "1h", "a": "b"}},
        HAPROXY | {"haproxy.org/timeout-server": "1h", "a": "b"},
    ),
}


@pytest.mark.parametrize("case", CONTROLLERS)
def test_large_layers_and_slow_clients_pass_the_controller(chart: Chart, case: str) -> None:
    values, annotations = CONTROLLERS[case]
    metadata = chart.render(ingress={"enabled": True, "hostname": HOST, **values})["Ingress"]["metadata"]
    assert metadata.get("annotations", {}) == annotations
    model = Ingress.model_validate(values)
    assert {"nginx", "haproxy"} & {*model.controllers} == {
        kind for kind in ("nginx", "haproxy") if any(kind in key for key in annotations.keys() & (NGINX | HAPROXY))
    }


def test_a_controller_speaks_tls_to_a_registry_with_tls(chart: Chart) -> None:
    rendered = chart.render(ingress={"enabled": True}, tls={"enabled": True, "existingSecret": "certificate"})
    expected = {
        "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS",
        "nginx.org/ssl-services": "docker-registry",
        "haproxy.org/server-ssl": "true",
        "haproxy-ingress.github.io/secure-backends": "true",
    }
    assert expected.items() <= rendered["Ingress"]["metadata"]["annotations"].items()
    scheme = {"traefik.ingress.kubernetes.io/service.serversscheme": "https"}
    assert rendered["Service"]["metadata"]["annotations"] == scheme


def test_hosts_without_a_secret_get_the_certificate_of_the_controller(chart: Chart) -> None:
    ingress = {"enabled": True, "hostname": HOST, "extraTls": [{"hosts": [HOST]}, {}]}
    assert chart.render(ingress=ingress)["Ingress"]["spec"]["tls"] == [{"hosts": [HOST]}, {}]


def test_a_route_has_no_limit_of_time_unless_asked_for(chart: Chart) -> None:
    route = {"enabled": True, "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}]}
    (rule,) = chart.render(httpRoute=route)["HTTPRoute"]["spec"]["rules"]
    assert rule == {
        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
        "timeouts": {"request": "0s"},
        "backendRefs": [{"name": "docker-registry", "port": 5000}],
    }
    (rule,) = chart.render(httpRoute=route | {"timeouts": {"request": "15m"}})["HTTPRoute"]["spec"]["rules"]
    assert rule["timeouts"] == {"request": "15m"}
    (rule,) = chart.render(httpRoute=route | {"timeouts": {"request": ""}})["HTTPRoute"]["spec"]["rules"]
    assert "timeouts" not in rule


@pytest.mark.parametrize(
    ("parents", "scheme"),
    [
        ([{}], "https"),
        ([{"sectionName": "https-registry"}], "https"),
        ([{"sectionName": "http"}], "http"),
        ([{"sectionName": "web"}], "http"),
        ([{"port": 80}], "http"),
        ([{"port": 80}, {"port": 443}], "https"),
    ],
)
def test_the_notes_give_the_address_of_the_route(chart: Chart, parents: list[dict[str, Any]], scheme: str) -> None:
    references = [{"name": "public", **parent} for parent in parents]
    notes = chart.notes(httpRoute={"enabled": True, "hostnames": [HOST], "parentRefs": references})
    assert f"It is reached as {scheme}://{HOST}." in notes
    assert "The HTTPRoute lets anybody who reaches it push and pull" in notes
    assert "port-forward" not in notes


def test_the_notes_say_what_no_annotation_of_traefik_changes(chart: Chart) -> None:
    ingress = {"enabled": True, "hostname": HOST, "tls": True}
    assert "respondingTimeouts.readTimeout=0" in chart.notes(ingress=ingress | {"ingressClassName": "traefik"})
    assert "Traefik" not in chart.notes(ingress=ingress | {"ingressClassName": "nginx"})


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
        (
            {"storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}}},
            "all requests a 503 after 30 seconds",
        ),
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
        ({"tls": {"enabled": True, "existingSecret": "tls"}}, "restart its Pods after each renewal"),
        (
            {"tls": {"enabled": True, "existingSecret": "tls", "clientAuthentication": {"existingSecret": "ca"}}},
            "Clients need a certificate",
        ),
        ({"proxy": {"enabled": True, "remoteUrl": "https://upstream.example.com"}}, "exits when it starts while"),
    ],
)
def test_the_notes_warn_of_what_works_but_surprises(chart: Chart, values: dict[str, Any], warning: str) -> None:
    assert warning in chart.notes(**values)


def test_the_notes_say_when_pushes_are_refused(chart: Chart) -> None:
    assert "collected at 30 3 * * 0 (UTC)" in chart.notes(garbageCollection={"enabled": True})
    assert "collected" not in chart.notes()
