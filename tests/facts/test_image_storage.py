"""Where the images are, what deletes them, and what clients can do to them."""

from __future__ import annotations

import pytest

from registry_gitops.facts import DeploymentFacts, LossReason
from tests.facts.deployments import DEPLOYMENTS, facts_of, true_facts

CLAIM = "is_on_disk is_own_claim is_claim_kept is_single_node"
STORED = {
    "existing claim": "is_on_disk is_existing_claim is_claim_kept is_shared accepts_pushes",
    "claim that goes": (
        "is_on_disk is_own_claim is_single_node accepts_pushes accepts_deletions needs_garbage_collection"
    ),
    "emptyDir": "is_on_disk accepts_pushes",
    "in memory": "accepts_pushes",
    "other directory": f"{CLAIM} accepts_pushes accepts_deletions needs_garbage_collection",
    "s3": "is_object_storage is_shared redirects_pulls accepts_pushes has_several_writers",
    "gcs without redirects": "is_object_storage is_shared accepts_pushes",
    "bucket for many Pods": "is_object_storage is_shared redirects_pulls accepts_pushes has_several_writers",
    "bucket with a key file": "is_object_storage is_shared accepts_pushes",
    "container with a key": "is_object_storage is_shared accepts_pushes",
    "typed memory": "accepts_pushes",
    "password of a cache": f"{CLAIM} is_cache",
    "cache with credentials": f"{CLAIM} is_cache",
    "read-only": f"{CLAIM} is_read_only needs_garbage_collection",
}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_storage_is_a_claim_that_accepts_pushes_unless_configured_otherwise(name: str) -> None:
    assert true_facts(facts_of(name).storage) == set(STORED.get(name, f"{CLAIM} accepts_pushes").split())


@pytest.mark.parametrize(
    ("name", "driver", "claim", "root"),
    [
        ("defaults", "filesystem", "docker-registry", "/var/lib/registry"),
        ("existing claim", "filesystem", "images", "/var/lib/registry"),
        ("emptyDir", "filesystem", "", "/var/lib/registry"),
        ("other directory", "filesystem", "docker-registry", "/data"),
        ("s3", "s3", "", "/var/lib/registry"),
        ("in memory", "inmemory", "", "/var/lib/registry"),
    ],
)
def test_driver_and_claim_follow_the_configuration(name: str, driver: str, claim: str, root: str) -> None:
    storage = facts_of(name).storage
    assert (storage.driver, storage.claim, storage.root) == (driver, claim, root)


@pytest.mark.parametrize(
    ("name", "key", "bucket"),
    [
        ("s3", "configuration.storage.s3", "b"),
        ("bucket for many Pods", "storage.s3", "b"),
        ("bucket with a key file", "storage.gcs", "b"),
        ("container with a key", "storage.azure", "c"),
    ],
)
def test_bucket_is_that_of_the_values_that_set_the_driver(name: str, key: str, bucket: str) -> None:
    storage = facts_of(name).storage
    assert (storage.key, storage.bucket) == (key, bucket)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("defaults", None), ("s3", None), ("emptyDir", LossReason.EMPTY_DIR), ("in memory", LossReason.MEMORY)],
)
def test_images_without_durable_storage_are_lost_with_the_pod(name: str, reason: LossReason | None) -> None:
    assert facts_of(name).storage.loss_reason is reason


@pytest.mark.parametrize("name", ["defaults", "existing claim"])
def test_claim_goes_with_a_pruned_namespace_but_only_if_it_is_in_it(name: str) -> None:
    pruned = DEPLOYMENTS[name].derive(namespace={"prune": True})
    assert not DeploymentFacts(pruned).storage.is_claim_kept
    assert not DeploymentFacts(pruned.derive(release={"targetNamespace": "other"})).storage.is_claim_kept
    elsewhere = pruned.derive(release={"kubeConfig": {"secretRef": {"name": "other-cluster"}}})
    assert DeploymentFacts(elsewhere).storage.is_claim_kept
