"""Versions, tags, and digests that pin a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.known_text import known_text
from registry_gitops.version_ranges import VERSION_RANGE_REMEDY, is_version_range

_RANGES: Final[dict[str, Path]] = {
    kinds.HELM_RELEASE: ("spec", "chart", "spec", "version"),
    kinds.HELM_CHART: ("spec", "version"),
    kinds.OCI_REPOSITORY: ("spec", "ref", "semver"),
    kinds.GIT_REPOSITORY: ("spec", "ref", "semver"),
    kinds.IMAGE_POLICY: ("spec", "policy", "semver", "range"),
}
KINDS_WITH_VERSION: Final = frozenset(_RANGES)

_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST: Final = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")


def source_version(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A version, tag, or digest is one that nothing can have.

    Why: source-controller reads ranges with Masterminds/semver and refuses other text, such as `latest`, with "improper
    constraint". An OCI tag has no `+`, space, or operator: Helm writes 1.2.3+build as the tag 1.2.3_build.

    Source: https://github.com/fluxcd/flux2/issues/2883

    Bad: `version: latest`   Good: `version: 1.x`
    """
    path = _RANGES[manifest.group_kind]
    version = known_text(manifest, *path)
    if version and not is_version_range(version) and not _is_ignored(manifest):
        yield Problem(path, "Flux cannot parse the range of versions", VERSION_RANGE_REMEDY)
    if manifest.group_kind == kinds.OCI_REPOSITORY:
        yield from _oci_reference(manifest)


def _oci_reference(manifest: Manifest) -> Iterator[Problem]:
    tag, digest = known_text(manifest, "spec", "ref", "tag"), known_text(manifest, "spec", "ref", "digest")
    if tag and not _TAG.fullmatch(tag):
        remedy = (
            "write the + of a version as _"
            if is_version_range(tag) and "+" in tag
            else "write a range to spec.ref.semver"
        )
        yield Problem(("spec", "ref", "tag"), "an OCI tag has letters, digits, and _.- only, at most 128", remedy)
    if digest and not _DIGEST.fullmatch(digest):
        yield Problem(("spec", "ref", "digest"), "the text is no digest", "write sha256: and 64 hexadecimal digits")


def _is_ignored(manifest: Manifest) -> bool:
    path = ("spec", "chart", "spec") if manifest.group_kind == kinds.HELM_RELEASE else ("spec",)
    return manifest.get(*path, "sourceRef", "kind") in ("GitRepository", "Bucket")
