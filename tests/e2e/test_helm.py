"""The chart from a HelmRepository: one in an OCI registry (our own), and one that is an index on a web server."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.version import __version__
from tests.e2e import charts
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.fleet import Fleet
from tests.e2e.status import ready_without_causes
from tests.registry.clients.programs import Registry, run

NAME = "docker-registry"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return charts.package(tmp_path_factory.mktemp("chart"))


@pytest.fixture(scope="module")
def registry(cluster: Cluster) -> Iterator[ReferenceRegistry]:
    with ReferenceRegistry(address=(cluster.address, 0)) as running:
        yield running


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *values: object) -> None:  # noqa: A002
        """Say nothing: Flux asks again and again."""


@pytest.fixture(scope="module")
def website(cluster: Cluster, package: Path) -> Iterator[str]:
    """URL of a web server that has the chart and an index of it, as `helm repo index` writes it."""
    folder = package.parent
    run(["helm", "repo", "index", folder], Registry(""), folder)
    with ThreadingHTTPServer((cluster.address, 0), functools.partial(_Files, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://{cluster.address}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_chart_in_an_oci_registry_becomes_a_release(fleet: Fleet, registry: ReferenceRegistry) -> None:
    fleet.init("--source", "helm", "--url", charts.push(registry, "charts"))
    fleet.commit("Add a registry", source={"insecure": True})
    fleet.follow()
    release = fleet.ready()
    source = fleet.cluster.get("helmrepository", NAME, fleet.namespace)
    assert source is not None
    assert source["spec"]["type"] == "oci"
    assert is_ready(fleet.cluster.get("helmchart", f"{fleet.namespace}-{NAME}", fleet.namespace))
    (first,) = release["status"]["history"]
    assert (first["chartName"], first["chartVersion"], first["status"]) == (NAME, __version__, "deployed")


def test_that_release_works(fleet: Fleet) -> None:
    ready_without_causes(fleet)
    fleet.cli("smoke", "--namespace", fleet.namespace)


def test_the_same_chart_can_then_come_from_an_index_and_nothing_rolls(fleet: Fleet, website: str) -> None:
    fleet.commit("Take the chart from the index", source={"url": website, "insecure": None})
    fleet.ready()

    def fetched() -> bool:
        chart = fleet.cluster.get("helmchart", f"{fleet.namespace}-{NAME}", fleet.namespace) or {}
        source = fleet.cluster.get("helmrepository", NAME, fleet.namespace) or {}
        index = source.get("status", {}).get("artifact", {}).get("revision", "none")
        return is_ready(chart) and chart["status"].get("observedSourceArtifactRevision") == index

    until("HelmChart from the index", fetched)
    release = fleet.ready()
    assert len(release["status"]["history"]) == 1
