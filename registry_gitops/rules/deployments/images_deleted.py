"""Helm would delete the claim with the images."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.image_location import find_changed_key
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.substitution import may_refer


def images_deleted(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The claim rendered before leaves its release, and has no `persistence.resourcePolicy: keep`.

    Why: Helm deletes what leaves a release, and what is in a release that Flux uninstalls because it got another name.
    With `keep`, which is the default, the claim stays. Helm reads it from the release as it was before, so it must be
    there one commit earlier.

    Bad: `fullnameOverride: images` after `resourcePolicy: ""`   Good: `resourcePolicy: keep`, and later the other name
    """
    if directory.earlier is None:
        return
    earlier, now = DeploymentFacts.of(directory.earlier), DeploymentFacts.of(deployment)
    if (earlier.storage.is_cache and now.storage.is_cache) or not deletes_claim(earlier, now):
        return
    yield (
        find_changed_key(directory.earlier, deployment),
        f"Helm would delete the claim {earlier.storage.claim} with the images, because its resourcePolicy was not "
        "keep: restore it, render with persistence.resourcePolicy: keep, let Flux apply that, and then change it",
    )


def deletes_claim(earlier: DeploymentFacts, now: DeploymentFacts) -> bool:
    """Return whether Helm deletes the claim of `earlier` when Flux applies `now`."""
    if not earlier.storage.is_own_claim or earlier.deployment.values.persistence.resource_policy:
        return False
    return any(
        before != after and not may_refer(before) for before, after in zip(_owner(earlier), _owner(now), strict=True)
    )


def _owner(facts: DeploymentFacts) -> tuple[object, ...]:
    """Return what names the HelmRelease, its release, and the claim in it: Helm deletes the claim if one changes."""
    names, claim = facts.names, facts.storage.claim if facts.storage.is_own_claim else ""
    cluster = facts.deployment.release.kube_config
    return (
        facts.deployment.name,
        names.namespace,
        names.release,
        names.target_namespace,
        names.storage_namespace,
        cluster,
        claim,
    )
