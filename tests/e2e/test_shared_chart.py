"""A chart that several deployments share: a registry moves to it from a chart of its own, and nothing restarts."""

from __future__ import annotations

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from registry_gitops.version import __version__
from tests.e2e.cluster import Object, is_ready, until
from tests.e2e.fleet import FOLDER, SYSTEM, Fleet
from tests.e2e.status import cause, ready_without_causes

NAME = "docker-registry"


def helm_chart(fleet: Fleet) -> Object:
    return fleet.cluster.get("helmchart", f"{fleet.namespace}-{NAME}", SYSTEM) or {"spec": {}}


def pods(fleet: Fleet) -> set[str]:
    return {pod["metadata"]["uid"] for pod in fleet.pods()}


def test_registry_starts_with_a_chart_of_its_own(fleet: Fleet) -> None:
    fleet.init()
    fleet.commit("Add a registry")
    fleet.follow()
    fleet.ready()
    assert helm_chart(fleet)["spec"]["chart"] == f"./{FOLDER}/chart"


def test_shared_chart_takes_its_place_and_the_pod_stays(fleet: Fleet) -> None:
    before = pods(fleet)
    fleet.describe(source={"chart": "../../charts/docker-registry"})
    refused = fleet.cli("render", fleet.description, code=1)
    assert "run `registry-gitops chart write charts/docker-registry` in the root of the repository" in refused.err
    fleet.cli("chart", "write", "charts/docker-registry")
    commit = fleet.commit("Share the chart")
    assert not (fleet.folder / "chart").exists()

    def fetched() -> bool:
        chart = helm_chart(fleet)
        revision = chart.get("status", {}).get("observedSourceArtifactRevision")
        return (
            chart["spec"].get("chart") == "./charts/docker-registry"
            and revision == f"main@sha1:{commit}"
            and is_ready(chart)
        )

    until("HelmChart from the shared directory", fetched)
    release = fleet.ready()
    (first,) = release["status"]["history"]
    assert (first["chartName"], first["chartVersion"]) == (NAME, __version__)
    assert pods(fleet) == before


def test_status_and_smoke_find_it_as_described(fleet: Fleet) -> None:
    ready_without_causes(fleet)
    fleet.cli("smoke", "--namespace", fleet.namespace)


def test_path_from_the_root_of_the_repository_is_the_same(fleet: Fleet) -> None:
    manifest = (fleet.folder / "helmrelease.yaml").read_text()
    fleet.describe(source={"chart": "/charts/docker-registry", "path": None})
    fleet.render()
    assert (fleet.folder / "helmrelease.yaml").read_text() == manifest


def test_chart_that_flux_does_not_read_is_refused_and_not_found(fleet: Fleet) -> None:
    (fleet.tree / ".sourceignore").write_text("/*\n!/apps/\n")
    refused = fleet.cli("render", fleet.description, code=1)
    assert "a .sourceignore excludes charts/docker-registry/" in refused.err
    fleet.push("Let Flux read apps/ alone")
    found = cause(fleet, CauseId.CHART_NOT_FOUND, "has no chart ./charts/docker-registry", Severity.WARNING)
    assert "let neither .sourceignore" in found.remedy
    (fleet.tree / ".sourceignore").write_text("/*\n!/apps/\n!/charts/\n")
    fleet.commit("Let Flux read the chart too")
    ready_without_causes(fleet)
