"""Signatures of tags in Git."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository


def tag_verification(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A GitRepository verifies the signature of a tag, and checks out a branch.

    Why: a branch or commit has no tag object, so source-controller stalls with "cannot verify tag object's signature
    if a tag reference is not specified".

    Source: https://github.com/fluxcd/source-controller/blob/main/docs/spec/v1/gitrepositories.md#verification

    Bad: `verify: {mode: Tag}` with `ref: {branch: main}`   Good: `ref: {semver: 1.x}`
    """
    if manifest.get("spec", "verify", "mode") not in ("Tag", "TagAndHEAD"):
        return
    reference = manifest.mapping("spec", "ref")
    if not (reference.get("tag") or reference.get("semver") or reference.get("name")) or reference.get("commit"):
        yield Problem(
            ("spec", "verify", "mode"),
            "the signature of a tag is verified, and spec.ref names none",
            "name a tag in spec.ref, by tag or semver, or set mode: HEAD",
        )
