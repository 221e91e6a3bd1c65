"""The sidecar with the metrics: its script in busybox, in front of the real registry with the chart's config.yml."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from tests.support.helm import Chart, Rendered
from tests.support.listening import HOST, Listening, free_port
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.registry import RealRegistry

SCENARIO = Path(__file__).parent / "scenarios" / "metrics" / "values.yaml"
FOREIGN = {"up", "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"}
"""What Prometheus and the kubelet measure."""


@dataclass(frozen=True)
class Measured:
    """A registry, and the sidecar in front of its debug server."""

    registry: RealRegistry
    sidecar: Listening
    path: str

    def get(self, path: str, method: str = "GET") -> requests.Response:
        return requests.request(method, self.sidecar.url + path, timeout=60)


@pytest.fixture(scope="module")
def rendered(chart: Chart) -> Rendered:
    return chart.render(**yaml.safe_load(SCENARIO.read_text()))


@pytest.fixture
def sidecar(applets: Path, rendered: Rendered, tmp_path: Path) -> Callable[[int], Listening]:
    """The sidecar of the chart, for a debug server on this port."""
    (scripts,) = rendered.find("ConfigMap", "docker-registry-metrics")
    (tmp_path / "respond.sh").write_text(scripts["data"]["respond.sh"])
    (container,) = (found for found in rendered.pod["containers"] if found["name"] == "metrics")

    def listening(debug_port: int) -> Listening:
        def start(port: int) -> list[str]:
            places: dict[str, str] = {"9090": str(port), "/metrics/respond.sh": str(tmp_path / "respond.sh")}
            words: list[str] = [
                places.get(word, word.replace(":5002", f":{debug_port}")) for word in map(str, container["command"])
            ]
            return ["env", "-i", f"PATH={applets}", *words]

        return Listening(start)

    return listening


@pytest.fixture
def measured(
    rendered: Rendered, sidecar: Callable[[int], Listening], tool: Callable[[str], Path]
) -> Iterator[Measured]:
    """The registry of the chart, used a little, with its sidecar."""
    with (
        RealRegistry(tool("registry"), rendered.config_text) as registry,
        sidecar(urlsplit(registry.debug_url).port or 0) as listening,
    ):
        repository = Repository(registry.url, "team/app")
        repository.push(image(Random(1), 700), "1.0")
        assert repository.manifest("none") is None
        yield Measured(registry, listening, "/prometheus")


def test_the_metrics_are_served_on_their_path(measured: Measured) -> None:
    for path in (measured.path, f"{measured.path}?name=all"):
        response = measured.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert 'registry_http_requests_total{code="201",handler="manifest",method="put"} ' in response.text
        assert response.text.endswith("\n")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/debug/vars",
        "/debug/pprof/",
        "/debug/pprof/cmdline",
        "/debug/health",
        "/prometheus/",
        "/prometheus/../debug/vars",
        "/prometheus%2f..%2fdebug/vars",
        "//debug/vars",
    ],
)
def test_nothing_else_of_the_debug_server_is_served(measured: Measured, path: str) -> None:
    with socket.create_connection((HOST, measured.sidecar.port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(b"HTTP/1.1 404 ")
    assert b"cmdline" not in response


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_but_get_is_answered(measured: Measured, method: str) -> None:
    assert measured.get(measured.path, method).status_code == 404


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n", b"GET /prometheus\r\n\r\n", 3000 * b"x", b"\0\xff\r\n\r\n"])
def test_a_client_without_http_ends_nothing(measured: Measured, sent: bytes) -> None:
    with socket.create_connection((HOST, measured.sidecar.port), timeout=60) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert measured.get(measured.path).ok


def test_a_client_that_says_nothing_delays_no_other_one(measured: Measured) -> None:
    with (
        socket.create_connection((HOST, measured.sidecar.port)),
        socket.create_connection((HOST, measured.sidecar.port)),
    ):
        assert measured.get(measured.path).ok


def test_a_registry_that_does_not_answer_is_an_error_and_the_sidecar_lives(sidecar: Callable[[int], Listening]) -> None:
    with sidecar(free_port()) as listening:
        for _ in range(2):
            assert requests.get(f"{listening.url}/prometheus", timeout=60).status_code == 503


def test_the_debug_server_listens_inside_the_pod_only(chart: Chart) -> None:
    for metrics in ({}, {"port": 5002}, {"port": 5003}):
        rendered = chart.render(metrics={"enabled": True, **metrics})
        host, port = rendered.config["http"]["debug"]["addr"].split(":")
        (container,) = (found for found in rendered.pod["containers"] if found["name"] == "metrics")
        assert host == "127.0.0.1"
        assert int(port) not in (5000, container["ports"][0]["containerPort"])
        assert container["command"][-1] == f"http://127.0.0.1:{port}/metrics"


def test_no_service_of_clients_has_the_metrics(rendered: Rendered) -> None:
    assert [port["name"] for port in rendered["Service"]["spec"]["ports"]] == ["http"]
    (service,) = rendered.find("Service", "docker-registry-metrics")
    assert (service["spec"]["type"], service["spec"]["clusterIP"]) == ("ClusterIP", "None")
    (monitor,) = rendered.find("ServiceMonitor")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert not monitor["spec"]["selector"]["matchLabels"].items() <= rendered["Service"]["metadata"]["labels"].items()


def test_alerts_and_dashboard_use_what_the_registry_measures(measured: Measured, rendered: Rendered) -> None:
    known = set(re.findall(r"^([a-z_]+)[{ ]", measured.get(measured.path).text, re.MULTILINE))
    (rule,) = rendered.find("PrometheusRule")
    (dashboard,) = rendered.find("ConfigMap", "docker-registry-dashboard")
    alerts = [alert["expr"] for alert in rule["spec"]["groups"][0]["rules"]]
    panels = json.loads(dashboard["data"]["docker-registry.json"])["panels"]
    assert len(alerts) == 5
    for expression in (*alerts, *(target["expr"] for panel in panels for target in panel["targets"])):
        names = metric_names(expression)
        assert names, expression
        assert names - known - FOREIGN == set(), expression


def metric_names(expression: str) -> set[str]:
    """The metrics in a PromQL expression: what has an underscore, or a selector, and is no function."""
    words = re.findall(r"([a-z_]+)\s*([({]?)", re.sub(r'"[^"]*"|\[[^]]*\]|by \([^)]*\)', "", expression))
    return {word for word, bracket in words if bracket == "{" or ("_" in word and bracket != "(")}


def test_no_volume_no_alert_of_a_volume(chart: Chart) -> None:
    values: dict[str, Any] = {"metrics": {"enabled": True, "prometheusRule": {"enabled": True}}}
    names = [
        alert["alert"]
        for alert in chart.render(**values, persistence={"enabled": False})["PrometheusRule"]["spec"]["groups"][0][
            "rules"
        ]
    ]
    assert "RegistryDown" in names
    assert "RegistryVolumeFull" not in names
