"""The branch of a GitRepository."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched


def default_branch(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A GitRepository names no branch, tag, or commit.

    Why: Flux does not ask the server for its default branch, it checks out `master`. New repositories have `main`: the
    source fails with "couldn't find remote ref".

    Source: https://github.com/fluxcd/source-controller/issues/85

    Bad: `url: https://github.com/org/fleet` alone   Good: the same with `ref: {branch: main}`
    """
    if not manifest.get("spec", "ref") and not is_field_patched(manifest, repository, "spec", "ref"):
        yield Problem(("spec", "url"), "without spec.ref, Flux checks out the branch master", "add ref with the branch")
