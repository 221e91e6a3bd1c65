"""Flux would delete the Namespace with everything in it."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import NamespaceFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.substitution import may_refer


def namespace_deleted(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Namespace rendered before is rendered no more, and Flux prunes it.

    Why: Kubernetes deletes a Namespace with everything in it: the claim with the images, and what others put there.
    Flux reads from the Namespace in the cluster whether it may delete it, so that must change one commit earlier.

    Bad: `namespace: images` after `namespace: {name: media, prune: true}`   Good: first `prune: false`, later the name
    """
    if directory.earlier is None:
        return
    before, now = NamespaceFacts(directory.earlier), NamespaceFacts(deployment)
    if not before.is_pruned or may_refer(before.name) or (now.is_rendered and now.name == before.name):
        return
    yield (
        "namespace",
        f"Flux would delete the Namespace {before.name} with everything in it, also the claims: restore it, render "
        "with namespace.prune: false, let Flux apply that, and then change it",
    )
