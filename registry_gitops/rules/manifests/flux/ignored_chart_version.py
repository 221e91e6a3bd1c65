"""Versions of charts that come from Git."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text


def ignored_chart_version(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A chart from Git or a bucket has a version, which Flux ignores.

    Why: the version looks like a pin, and is none: Flux deploys the chart of whatever commit the source has.

    Source: https://github.com/fluxcd/helm-controller/issues/184

    Bad: `version: 1.2.3` with `sourceRef: {kind: GitRepository}`   Good: `ref: {tag: v1.2.3}` in the GitRepository
    """
    spec = ("spec", "chart", "spec")
    kind, version = manifest.get(*spec, "sourceRef", "kind"), known_text(manifest, *spec, "version")
    if kind in ("GitRepository", "Bucket") and version not in ("", "*"):
        remedy = "pin spec.ref of the GitRepository, and remove the version" if kind == "GitRepository" else "remove it"
        yield Problem((*spec, "version"), f"Flux ignores the version of a chart from a {kind}", remedy)
