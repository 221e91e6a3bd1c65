"""A claim cannot change as the config file asks for."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.amounts import parse_quantity
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.model import refers
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.values import Persistence


def claim_change(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The claim of the images differs from that of the files rendered before, in what cannot change.

    Why: Kubernetes refuses other access modes, another StorageClass, and a smaller size of a claim that exists, so each
    upgrade fails. Where the files before were never applied, allow this rule once.

    Bad: `size: 5Gi` after `size: 10Gi`   Good: another claim with the images, in `values.persistence.existingClaim`
    """
    if directory.earlier is None:
        return
    earlier, now = DeploymentFacts.of(directory.earlier), DeploymentFacts.of(deployment)
    if _own_claim(earlier) is None or _own_claim(earlier) != _own_claim(now):
        return
    remedy = (
        f"restore it, or create another claim, copy the images of {now.storage.claim} to it, and set "
        "persistence.existingClaim to its name"
    )
    before, after = directory.earlier.values.persistence, deployment.values.persistence
    if refers(before):  # What Flux substituted in it is not known.
        return
    for key, change in _changes(before, after):
        yield f"values.persistence.{key}", f"{change}: {remedy}"


def _own_claim(facts: DeploymentFacts) -> tuple[str, str] | None:
    return (facts.names.target_namespace, facts.storage.claim) if facts.storage.is_own_claim else None


def _changes(before: Persistence, after: Persistence) -> Iterator[tuple[str, str]]:
    if {*before.access_modes} != {*after.access_modes}:
        yield (
            "accessModes",
            f"the access modes were [{', '.join(before.access_modes)}], and an existing claim keeps them",
        )
    if before.storage_class != after.storage_class:
        earlier = before.storage_class or "the default of the cluster"
        yield "storageClass", f"the StorageClass was {earlier}, and an existing claim keeps it"
    if parse_quantity(before.size) > parse_quantity(after.size):
        yield "size", f"the size was {before.size}, and an existing claim cannot shrink"
