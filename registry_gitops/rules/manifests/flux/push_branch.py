"""The branch that Flux pushes image updates to."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched
from registry_gitops.rules.manifests.flux.referenced_sources import referenced_sources


def push_branch(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An ImageUpdateAutomation names no branch to push to, and its source has none.

    Why: image-automation-controller takes the branch of `push`, or of `checkout.ref`, or of the GitRepository. A tag, a
    range of versions, or a full name such as refs/heads/main is no branch to it: no update is ever pushed.

    Source: https://github.com/fluxcd/image-automation-controller/issues/876

    Bad: `git: {commit: ...}` with a GitRepository that has `ref: {tag: v1}`   Good: `git: {push: {branch: main}, ...}`
    """
    if manifest.get("spec", "git", "push", "branch") or is_field_patched(manifest, repository, "spec", "git"):
        return
    git = manifest.get("spec", "git")
    if not isinstance(git, dict):
        if manifest.get("spec", "sourceRef", "kind") == "GitRepository":
            yield Problem(
                ("spec",), "a GitRepository as the source needs spec.git", "add spec.git with commit and push"
            )
    elif _has_branch(manifest, repository) is False:
        yield Problem(("spec", "git"), "no branch is named to push to", "add push.branch", on_key=True)


def _has_branch(manifest: Manifest, repository: FluxRepository) -> bool | None:
    """Whether the updates have a branch; None if the source is not in sight."""
    if manifest.get("spec", "git", "checkout"):
        return bool(manifest.get("spec", "git", "checkout", "ref", "branch"))
    sources = referenced_sources(manifest, repository, "spec", "sourceRef")
    return any(_may_have_branch(source, repository) for source in sources) if sources else None


def _may_have_branch(source: Manifest, repository: FluxRepository) -> bool:
    return bool(source.get("spec", "ref", "branch")) or is_field_patched(source, repository, "spec", "ref")
