"""A registry, and then its chart too, from copies of directories of the repository, as in Flux's own example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from registry_gitops.cluster.status import CauseId
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.external_artifact import Artifacts
from tests.e2e.fleet import FOLDER, SYSTEM, Fleet, git
from tests.e2e.layouts import definition
from tests.e2e.status import cause, ready_without_causes

CLUSTER = "staging"


def generator(fleet: Fleet) -> dict[str, Any]:
    """The ArtifactGenerator: one artifact for each directory that it copies."""
    copies = {"apps": ("apps/**", ""), "chart": (f"{FOLDER}/chart/**", "docker-registry/")}
    artifacts = [
        {
            "name": f"{fleet.name}-{name}",
            "originRevision": "@repository",
            "copy": [{"from": f"@repository/{source}", "to": f"@artifact/{target}"}],
        }
        for name, (source, target) in copies.items()
    ]
    sources = [{"alias": "repository", "kind": "GitRepository", "name": fleet.name}]
    metadata = {"name": fleet.name, "namespace": SYSTEM}
    kind = {"apiVersion": "source.extensions.fluxcd.io/v1beta1", "kind": "ArtifactGenerator"}
    return {**kind, "metadata": metadata, "spec": {"sources": sources, "artifacts": artifacts}}


@pytest.fixture(scope="module")
def artifacts(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Artifacts]:
    with Artifacts(cluster, SYSTEM, tmp_path_factory.mktemp("artifacts")) as made:
        yield made


def publish(fleet: Fleet, artifacts: Artifacts, commit: str) -> None:
    """Make what the generator makes of a commit."""
    apps = {"": fleet.tree / "apps"}
    chart = {"docker-registry": fleet.folder / "chart"}
    for name, copies in {"apps": apps, "chart": chart}.items():
        artifacts.publish(fleet.name, f"{fleet.name}-{name}", copies, f"main@sha1:{commit}")


def applied(fleet: Fleet) -> dict[str, Any]:
    """The status of the Flux Kustomization that is rendered."""
    found = fleet.cluster.get("kustomization", f"{fleet.name}-registry", SYSTEM)
    assert is_ready(found), found
    assert found is not None
    status: dict[str, Any] = found["status"]
    return status


@pytest.fixture(scope="module", autouse=True)
def _deployed(fleet: Fleet, artifacts: Artifacts) -> None:
    """The registry in `apps/`, which is an artifact, by a Flux Kustomization that counts its path from there."""
    fleet.init()
    (fleet.tree / "clusters" / CLUSTER).mkdir(parents=True)
    (fleet.tree / "clusters" / CLUSTER / "artifacts.yaml").write_text(json.dumps(generator(fleet)))
    flux = {
        "name": f"{fleet.name}-registry",
        "clusters": [CLUSTER],
        "sourceRef": {"kind": "ExternalArtifact", "name": f"{fleet.name}-apps"},
        "path": FOLDER.removeprefix("apps/"),
        "retryInterval": "2s",
    }
    fleet.describe(flux=flux)
    fleet.render()
    crd = definition("flux", "artifactgenerators.source.extensions.fluxcd.io")
    fleet.cluster.kubectl("apply", "--server-side", "-f", "-", said=crd)
    publish(fleet, artifacts, fleet.push("Add a registry"))
    fleet.follow(f"clusters/{CLUSTER}")
    fleet.ready()


def test_flux_applies_the_copy_in_the_artifact(fleet: Fleet) -> None:
    commit = git(fleet.tree, "rev-parse", "HEAD").strip()
    until("artifact of the commit", lambda: commit in applied(fleet)["lastAppliedOriginRevision"] or None)
    assert applied(fleet)["lastAppliedRevision"].startswith("latest@sha256:")
    ready_without_causes(fleet)


def test_validate_follows_the_artifact_to_the_directory_that_it_copies(fleet: Fleet) -> None:
    fleet.cli("validate", ".", "--fail-on", "warning")
    file = fleet.tree / "clusters" / CLUSTER / f"{fleet.name}-registry.yaml"
    rendered = file.read_text()
    file.write_text(rendered.replace("path: ./docker-registry", "path: ./docker-registries"))
    found = fleet.cli("validate", ".", code=1)
    assert f"does not exist in ExternalArtifact/{fleet.name}-apps" in found.out
    file.write_text(rendered)


def test_release_takes_its_chart_from_an_artifact(fleet: Fleet, artifacts: Artifacts) -> None:
    chart = {"kind": "ExternalArtifact", "name": f"{fleet.name}-chart", "namespace": SYSTEM}
    patch = [
        {"op": "remove", "path": "/spec/chart"},
        {"op": "add", "path": "/spec/chartRef", "value": chart},
    ]
    patches = [{"patch": json.dumps(patch), "target": {"kind": "HelmRelease"}}]
    fleet.describe(flux={"patches": patches}, values={"podAnnotations": {"example.com/chart": "artifact"}})
    fleet.render()
    publish(fleet, artifacts, fleet.push("Take the chart from an artifact"))

    def annotations() -> list[str]:
        return [each["metadata"].get("annotations", {}).get("example.com/chart") for each in fleet.pods()]

    until("Pod of the new release", lambda: annotations() == ["artifact"] or None, 120)
    assert (fleet.ready()["spec"]["chartRef"], fleet.ready()["spec"].get("chart")) == (chart, None)
    fleet.cli("validate", ".", "--fail-on", "warning")
    ready_without_causes(fleet)


def test_missing_artifact_is_named_with_what_creates_it(fleet: Fleet, artifacts: Artifacts) -> None:
    fleet.cluster.kubectl("delete", "externalartifact", f"{fleet.name}-chart", "-n", SYSTEM)
    fleet.reconcile("helmrelease", "docker-registry", fleet.namespace)
    saying = f"ExternalArtifact/{SYSTEM}/{fleet.name}-chart, does not exist"
    assert "ArtifactGenerator" in cause(fleet, CauseId.SOURCE_NOT_FOUND, saying).remedy
    publish(fleet, artifacts, git(fleet.tree, "rev-parse", "HEAD").strip())
    fleet.reconcile("helmrelease", "docker-registry", fleet.namespace)
    ready_without_causes(fleet)
