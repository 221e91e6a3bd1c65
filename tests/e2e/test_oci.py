"""The chart from an OCI registry, as Flux recommends it: OCIRepository and chartRef. The registry is our own."""

from __future__ import annotations

from registry_gitops.version import __version__
from tests.e2e.cluster import is_ready
from tests.e2e.fleet import Fleet
from tests.e2e.status import ready_without_causes

NAME = "docker-registry"


def test_a_chart_in_a_registry_of_ours_becomes_a_release(fleet: Fleet, published: str) -> None:
    fleet.init("--source", "oci", "--url", f"{published}/{NAME}")
    fleet.describe(source={"insecure": True})
    fleet.render()
    assert not (fleet.folder / "chart").exists()
    fleet.push("Add a registry")
    fleet.follow()
    release = fleet.ready()
    source = fleet.cluster.get("ocirepository", NAME, fleet.namespace)
    assert source is not None
    assert is_ready(source)
    assert source["status"]["artifact"]["revision"].startswith(f"{__version__}@sha256:")
    assert release["spec"]["chartRef"] == {"kind": "OCIRepository", "name": NAME}
    (first,) = release["status"]["history"]
    assert (first["chartName"], first["status"]) == (NAME, "deployed")
    # helm-controller adds the digest of the artifact to the version of a chart that comes by chartRef.
    assert first["chartVersion"].partition("+")[0] == __version__


def test_that_release_works(fleet: Fleet) -> None:
    ready_without_causes(fleet)
    fleet.cli("smoke", "--namespace", fleet.namespace)
