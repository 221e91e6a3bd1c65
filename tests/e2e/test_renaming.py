"""A registry is renamed, and moved: `render` stops where the images would be left behind, and its remedy keeps them.

What is run to move images is in docs/renaming.md.
"""

from __future__ import annotations

from typing import Any

import yaml

from registry_gitops.cluster import port_forward
from tests.e2e.cluster import is_ready, until
from tests.e2e.fleet import IMPATIENT, Fleet, git
from tests.e2e.pushes import repository
from tests.e2e.remedies import attempt
from tests.support.oci_content import Blob
from tests.support.pages import find_shell_blocks
from tests.support.tools import ROOT, built

NAME = "docker-registry"
LEFT = "images-left-behind"


def ready(fleet: Fleet, name: str = NAME) -> None:
    """Wait until the newest commit is applied, and the HelmRelease of this name is ready, and no other is left."""
    commit = git(fleet.tree, "rev-parse", "HEAD").strip()
    until("application of the newest commit", lambda: commit in fleet.applied())
    until("HelmRelease that is ready", lambda: is_ready(fleet.cluster.get("helmrelease", name, fleet.namespace)))
    until("one HelmRelease", lambda: len(fleet.cluster.select("helmrelease", fleet.namespace)) == 1)
    until("one Pod", lambda: len(fleet.pods()) == 1)


def tags(fleet: Fleet, service: str = NAME) -> list[str]:
    with port_forward(fleet.namespace, f"svc/{service}", "http") as address:
        return repository(address).tags()


def claims(fleet: Fleet) -> set[str]:
    return {claim["metadata"]["name"] for claim in fleet.cluster.select("pvc", fleet.namespace)}


def refused(fleet: Fleet, **changes: Any) -> str:
    """What `render` says of a change that it refuses."""
    fleet.describe(**changes)
    return fleet.cli("render", fleet.description, code=1).err


def test_render_names_the_claim_of_the_images_when_the_name_changes(fleet: Fleet, pushed: Blob) -> None:
    fleet.deploy(release=IMPATIENT)
    with fleet.cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")
    complaint = refused(fleet, name="images")
    assert "the images are in the claim docker-registry" in complaint
    assert "set persistence.existingClaim to docker-registry" in complaint


def test_renamed_all_the_same_the_registry_is_empty(fleet: Fleet) -> None:
    fleet.commit("Rename the registry", allow=LEFT)
    ready(fleet, "images")
    assert tags(fleet, "images-docker-registry") == []
    assert claims(fleet) == {NAME, "images-docker-registry"}


def test_the_old_claim_brings_the_images_back(fleet: Fleet, pushed: Blob) -> None:
    fleet.commit("Use the claim of the images", allow=LEFT, values={"persistence": {"existingClaim": NAME}})
    ready(fleet, "images")
    with port_forward(fleet.namespace, "svc/images-docker-registry", "http") as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []


def test_the_old_name_takes_the_old_claim_over_again(fleet: Fleet) -> None:
    fleet.commit("Take the name back", name=NAME, values={"persistence": {"existingClaim": None}})
    ready(fleet)
    assert tags(fleet) == ["1"]


def test_renamed_with_the_remedy_nothing_is_lost(fleet: Fleet) -> None:
    fleet.commit("Rename the registry", name="images", values={"persistence": {"existingClaim": NAME}})
    ready(fleet, "images")
    assert tags(fleet, "images-docker-registry") == ["1"]


def test_renamed_with_the_old_full_name_address_and_images_stay(fleet: Fleet) -> None:
    kept = {"persistence": {"existingClaim": None}, "fullnameOverride": NAME}
    fleet.commit("Take the old full name", values=kept)
    ready(fleet, "images")
    fleet.commit("Rename it again", name="more-images")
    ready(fleet, "more-images")
    assert tags(fleet) == ["1"]


def test_a_claim_that_helm_does_not_keep_is_refused_until_it_is_kept(fleet: Fleet) -> None:
    fleet.commit("Keep no claim", values={"persistence": {"resourcePolicy": ""}})
    ready(fleet, "more-images")
    complaint = refused(fleet, values={"persistence": {"existingClaim": NAME}})
    assert "Helm would delete the claim docker-registry with the images" in complaint
    kept = {"persistence": {"existingClaim": None, "resourcePolicy": "keep"}}
    fleet.commit("Keep the claim", values=kept)
    ready(fleet, "more-images")
    fleet.commit("Name the claim", values={"persistence": {"existingClaim": NAME}})
    ready(fleet, "more-images")
    (claim,) = (each for each in fleet.cluster.select("pvc", fleet.namespace) if each["metadata"]["name"] == NAME)
    assert "deletionTimestamp" not in claim["metadata"]
    assert tags(fleet) == ["1"]


def test_images_are_copied_to_another_namespace(fleet: Fleet, pushed: Blob) -> None:
    moved = f"{fleet.namespace}-media"
    fleet.commit("Have one claim", name=NAME, values={"fullnameOverride": None, "persistence": {"existingClaim": None}})
    ready(fleet)
    assert f"of the namespace {moved}: restore it, or copy the images first" in refused(fleet, namespace=moved)
    fleet.describe(namespace=fleet.namespace)
    folder = fleet.tree / "apps/media"
    folder.mkdir()
    source = {"path": "apps/media"}
    config = {"extends": "../docker-registry/registry.yaml", "namespace": moved, "source": source}
    (folder / "registry.yaml").write_text(yaml.safe_dump(config))
    fleet.cli("render", folder / "registry.yaml")
    fleet.push("Add a registry in the other namespace")
    until("registry in the other namespace", lambda: is_ready(fleet.cluster.get("helmrelease", NAME, moved)), 90)
    (copy,) = find_shell_blocks((ROOT / "docs/renaming.md").read_text("utf-8"))
    copy = copy.replace("--namespace docker-registry", f"--namespace {fleet.namespace}")
    copied = attempt(f"PATH={built('bin')}:$PATH\n{copy.replace('--namespace media', f'--namespace {moved}')}")
    assert copied.returncode == 0, copied
    with port_forward(moved, "svc/docker-registry", "http") as address:
        there = repository(address)
        assert there.tags() == ["1"]
        assert there.lacks(pushed) == []
    fleet.cluster.kubectl("delete", "namespace", moved, "--wait=false")
