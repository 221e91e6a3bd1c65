"""The deployment as it was documented, with a chart that nobody ever published: it says what is wrong, and the way out.

The cluster of the tests reaches no public registry. One of our own stands for it, with other charts and without this.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from registry_gitops.cluster.status import CauseId
from registry_gitops.deployment import BITNAMI_URL
from registry_gitops.registry import ReferenceRegistry
from tests.e2e.cluster import Cluster, Object, condition, is_not_ready, until
from tests.e2e.fleet import FOLDER, Fleet
from tests.e2e.status import cause, ready_without_causes

NAME = "docker-registry"


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    """The documented URL, with the address of our registry for that of the public one."""
    with ReferenceRegistry(address=(cluster.address, 0)) as registry:
        yield BITNAMI_URL.replace("registry-1.docker.io", urlsplit(registry.url).netloc)


def test_the_documented_folder_is_rendered_with_a_warning(fleet: Fleet) -> None:
    fleet.init("--source", "helm")
    outcome = fleet.cli("render", fleet.description)
    assert "[chart-not-published]" in outcome.err
    assert f"url: {BITNAMI_URL}\n" in (fleet.folder / "helmrepository.yaml").read_text()
    written = {path.name for path in fleet.folder.glob("*.yaml")} - {"registry.yaml"}
    assert written == {"namespace.yaml", "helmrepository.yaml", "helmrelease.yaml", "kustomization.yaml"}


def test_its_release_is_not_ready_because_there_is_no_such_chart(fleet: Fleet, url: str) -> None:
    fleet.commit("Add a registry", source={"url": url, "insecure": True})
    fleet.follow(wait=False)

    def failed() -> Object | None:
        release = fleet.release()
        # At first the chart has not been asked for yet.
        return condition(release) if is_not_ready(release) and "pull" in condition(release)["message"] else None

    said = until("HelmRelease that has failed", failed)
    assert said["reason"] == "SourceNotReady"
    assert f"HelmChart '{fleet.namespace}/{fleet.namespace}-{NAME}' is not ready: chart pull error" in said["message"]
    assert f'could not fetch tags for "{url}/{NAME}"' in said["message"]
    assert fleet.cluster.select("deployments", fleet.namespace) == []


def test_status_says_that_there_is_no_such_chart_and_what_to_do(fleet: Fleet, url: str) -> None:
    found = cause(fleet, CauseId.CHART_NOT_FOUND, "has no chart")
    assert found.location.object == f"HelmChart/{fleet.namespace}/{fleet.namespace}-{NAME}"
    assert found.message == f"{url} has no chart {NAME}"
    assert f'could not fetch tags for "{url}/{NAME}"' in found.evidence[0]
    assert "`source.type: git`" in found.remedy


def test_the_way_out_is_the_chart_in_the_repository(fleet: Fleet) -> None:
    fleet.describe(
        source={"type": "git", "path": FOLDER, "name": fleet.name, "url": None, "chart": None, "insecure": None}
    )
    fleet.commit("Take the chart from this repository")
    fleet.ready()
    ready_without_causes(fleet)
    until("HelmRepository that is gone", lambda: not fleet.cluster.get("helmrepository", NAME, fleet.namespace))
