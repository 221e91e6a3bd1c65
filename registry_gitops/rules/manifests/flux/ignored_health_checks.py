"""Health checks of a Kustomization."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched


def ignored_health_checks(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A Kustomization waits for all its objects, and has health checks, which Flux then ignores.

    Why: with `wait: true`, Flux checks the objects that the Kustomization applies. A check of another one, such as the
    Deployment that a HelmRelease creates, is not done: what depends on the Kustomization starts too early.

    Source: https://github.com/fluxcd/kustomize-controller/issues/1407

    Bad: `wait: true` and `healthChecks`   Good: one of the two
    """
    is_ignored = manifest.get("spec", "wait") is True and manifest.list("spec", "healthChecks")
    if is_ignored and not is_field_patched(manifest, repository, "spec", "wait"):
        yield Problem(
            ("spec", "healthChecks"),
            "Flux ignores healthChecks if wait is true",
            "remove healthChecks, or set wait: false to check these objects only",
            on_key=True,
        )
