"""The section `flux`: what its Flux Kustomizations are, where their files are, and which combinations are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment, load
from registry_gitops.errors import InputError

OCI = {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}
GIT = {"type": "git", "path": "apps/registry"}


def files(flux: dict[str, Any], **config: Any) -> dict[str, Any]:
    """The spec of each Flux Kustomization, by the path of its file from the output directory."""
    deployment = RegistryDeployment.model_validate({"source": GIT, **config, "flux": flux})
    return {file.path: file.manifest.to_manifest_dict()["spec"] for file in deployment.flux_files}


def problems(folder: Path, flux: Any, **config: Any) -> list[str]:
    path = folder / "registry.yaml"
    path.write_text(yaml.safe_dump({"source": GIT, **config, "flux": flux}))
    with pytest.raises(InputError) as caught:
        load(path)
    return [f"{finding.location.key}: {finding.message}" for finding in caught.value.findings]


def test_each_cluster_has_a_file_with_the_options_of_all_and_its_own_over_them() -> None:
    flux = {
        "interval": "1h",
        "postBuild": {"substitute": {"DOMAIN": "example.com", "ZONE": "none"}},
        "clusters": {
            "eu": {"postBuild": {"substitute": {"ZONE": "eu"}}},
            "us": {"interval": "5m", "dependsOn": [{"name": "infrastructure"}]},
        },
    }
    found = files(flux)
    assert list(found) == ["../../clusters/eu/docker-registry.yaml", "../../clusters/us/docker-registry.yaml"]
    eu, us = found.values()
    assert eu == {
        "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
        "path": "./apps/registry",
        "interval": "1h",
        "prune": True,
        "postBuild": {"substitute": {"DOMAIN": "example.com", "ZONE": "eu"}},
    }
    assert us["interval"] == "5m"
    assert us["dependsOn"] == [{"name": "infrastructure"}]
    assert us["postBuild"]["substitute"]["ZONE"] == "none"


def test_names_of_clusters_alone_are_enough() -> None:
    assert files({"clusters": ["eu", "us"]}) == files({"clusters": {"eu": {}, "us": {}}})
    assert files({"clusters": []}) == files({"clusters": {}}) == {}


@pytest.mark.parametrize(
    ("source", "flux", "path"),
    [
        (GIT, {"file": "../ks.yaml"}, "../ks.yaml"),
        (GIT, {"file": "/flux/registry.yml"}, "../../flux/registry.yml"),
        (GIT, {"clusters": ["a"], "name": "images"}, "../../clusters/a/images.yaml"),
        (GIT, {"clusters": {"a": {"file": "../a.yaml"}}}, "../a.yaml"),
        ({"type": "git"}, {"clusters": ["a"]}, "clusters/a/docker-registry.yaml"),
        (OCI, {"clusters": ["a"], "path": "registry"}, "../clusters/a/docker-registry.yaml"),
        # The path can be that of an overlay: where the directory is, nobody knows.
        (OCI, {"file": "../../../../ks.yaml", "path": "staging"}, "../../../../ks.yaml"),
    ],
)
def test_file_is_found_from_the_output_directory(source: dict[str, Any], flux: dict[str, Any], path: str) -> None:
    assert list(files(flux, source=source)) == [path]


def test_path_and_source_are_those_of_the_deployment_unless_they_are_given() -> None:
    git = {**GIT, "name": "fleet", "namespace": "fleet"}
    assert files({"file": "../ks.yaml"}, source=git)["../ks.yaml"]["sourceRef"] == {
        "kind": "GitRepository",
        "name": "fleet",
        "namespace": "fleet",
    }
    given = {"sourceRef": {"kind": "ExternalArtifact", "name": "apps"}, "path": "staging"}
    found = files({"file": "../ks.yaml", **given}, source=git)["../ks.yaml"]
    assert (found["sourceRef"], found["path"]) == (given["sourceRef"], "./staging")
    assert files({"file": "../ks.yaml", "path": "."})["../ks.yaml"]["path"] == "./"


def test_objects_without_a_namespace_get_the_one_of_the_deployment() -> None:
    found = files({"file": "../ks.yaml"}, namespace={"name": "media", "inherit": True})
    assert found["../ks.yaml"]["targetNamespace"] == "media"
    assert "targetNamespace" not in files({"file": "../ks.yaml"}, namespace="media")["../ks.yaml"]


def test_empty_namespace_is_left_to_a_kustomization_file_above() -> None:
    deployment = RegistryDeployment.model_validate({"source": GIT, "flux": {"file": "../ks.yaml", "namespace": ""}})
    (file,) = deployment.flux_files
    assert file.manifest.metadata.namespace is None
    assert file.manifest.spec.source_ref.namespace == "flux-system"


def test_variables_of_flux_stay_as_they_are_written() -> None:
    flux = {"clusters": ["a"], "interval": "${INTERVAL}", "wait": "${WAIT:=true}", "timeout": "${T:=5m}"}
    found = files(flux, name="${NAME:=registry}")
    spec = found["../../clusters/a/registry.yaml"]
    assert (spec["interval"], spec["wait"], spec["timeout"]) == ("${INTERVAL}", "${WAIT:=true}", "${T:=5m}")


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "neither file nor clusters": ({}, {}, "flux: give exactly one of file, clusters"),
    "file and clusters": ({"file": "../a.yaml", "clusters": ["a"]}, {}, "flux: give exactly one of file, clusters"),
    "a switch": (True, {}, "flux: must be a mapping of keys to values"),
    "no path": (
        {"clusters": ["a", "b"]},
        {"source": OCI},
        "flux: has no path, and a source of type oci does not have the one of this directory: add path",
    ),
    "a name of a cluster that leads away": (
        {"clusters": ["../a"]},
        {},
        'flux.clusters[0]: "../a" is not the name of a cluster',
    ),
    "a cluster of nothing": (
        {"clusters": {"a": None}},
        {},
        "flux.clusters.a: has no value: write one, or remove the key",
    ),
    "a file in the directory": ({"file": "ks.yaml"}, {}, 'flux.file: "ks.yaml" is not the path of a file outside'),
    "a file that leads back": (
        {"file": "../registry/helmrelease.yaml"},
        {},
        'flux.file: "../registry/helmrelease.yaml" is in the output directory',
    ),
    "a file of the chart": ({"file": "/chart/a.yaml"}, {"source": {"type": "git"}}, 'flux.file: "/chart/a.yaml" is in'),
    "a file next to ours": ({"file": "/a.yaml"}, {"source": {"type": "git"}}, 'flux.file: "/a.yaml" is in the output'),
    "a file outside of the repository": (
        {"file": "../../../a.yaml"},
        {},
        'flux.file: "../../../a.yaml" leaves the repository, because this directory is apps/registry in it',
    ),
    "a file that is no YAML": ({"file": "../ks.json"}, {}, 'flux.file: "../ks.json" is not the path of a file'),
    "one file for two": (
        {"clusters": {"a": {"file": "../ks.yaml"}, "b": {"file": "/apps/ks.yaml"}}},
        {},
        "flux.clusters.b: is written to the file of a too",
    ),
    "another namespace": (
        {"file": "../ks.yaml", "targetNamespace": "media"},
        {"namespace": "registry"},
        "flux.targetNamespace: moves the objects to media, and namespace is registry: write namespace: {name: media, ",
    ),
    "itself": (
        {"clusters": {"a": {"dependsOn": [{"name": "x"}, {"name": "docker-registry"}]}}},
        {},
        "flux.clusters.a.dependsOn[1]: Kustomization/flux-system/docker-registry depends on itself",
    ),
    "checks without effect, for all": (
        {"clusters": ["a", "b"], "wait": True, "healthChecks": [{"kind": "Pod", "name": "a"}]},
        {},
        "flux.healthChecks: has no effect, because wait is true",
    ),
    "checks without effect, of one": (
        {"clusters": {"a": {"wait": True}, "b": {}}, "healthCheckExprs": [{"apiVersion": "a/v1", "current": "true"}]},
        {},
        "flux.healthCheckExprs: has no effect, because Flux waits for no object",
    ),
    "a file that kustomize reads": (
        {"file": "../kustomization.yaml"},
        {},
        'flux: would be in "../kustomization.yaml", which kustomize reads as its own file',
    ),
    "a name that gives it such a file": (
        {"clusters": {"a": {"name": "kustomization"}}},
        {},
        'flux.clusters.a: would be in "../../clusters/a/kustomization.yaml", which kustomize reads',
    ),
    "a file that Git does not commit": ({"file": "/.git/ks.yaml"}, {}, 'flux: would be in "../../.git/ks.yaml"'),
    "one name for a list": ({"clusters": "production"}, {}, "flux.clusters: must be a list"),
    "a prefix": ({"file": "../ks.yaml", "namePrefix": "a-"}, {}, 'flux.namePrefix: unknown key "namePrefix": it would'),
    "another tool": (
        {"file": "../ks.yaml", "decryption": {"provider": "age"}},
        {},
        "flux.decryption.provider: must be 'sops'",
    ),
    "a variable that Flux cannot have": (
        {"file": "../ks.yaml", "postBuild": {"substitute": {"MY-HOST": "a"}}},
        {},
        'flux.postBuild.substitute.MY-HOST: "MY-HOST" is not the name of a variable',
    ),
    "a value that is no text": (
        {"file": "../ks.yaml", "postBuild": {"substitute": {"REPLICAS": 2}}},
        {},
        "flux.postBuild.substitute.REPLICAS: must be text: put it in quotes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_once_at_its_key(case: str, tmp_path: Path) -> None:
    flux, config, problem = REFUSED[case]
    (found,) = problems(tmp_path, flux, **config)
    assert found.startswith(problem)


def test_key_of_the_section_at_the_top_level_is_told_where_it_belongs(tmp_path: Path) -> None:
    assert problems(tmp_path, None, prune=True) == ['prune: unknown key "prune": write flux.prune']


def test_path_that_only_flux_knows_finds_no_file() -> None:
    with pytest.raises(InputError, match=r"source\.path: has a variable that only Flux knows"):
        files({"clusters": ["a"]}, source={"type": "git", "path": "apps/${CLUSTER}"})


def test_derive_changes_one_option_of_one_cluster() -> None:
    flux = {"clusters": {"a": {"wait": True, "timeout": "5m"}, "b": {}}}
    base = RegistryDeployment.model_validate({"source": GIT, "flux": flux})
    changed = base.derive(flux={"clusters": {"a": {"wait": None}}})
    assert changed == RegistryDeployment.model_validate(
        {"source": GIT, "flux": {"clusters": {"a": {"timeout": "5m"}, "b": {}}}}
    )
    assert base.derive(flux=None).flux is None
