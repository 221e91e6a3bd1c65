"""Objects that a webhook reconciles."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository


def receiver_wildcard(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A Receiver names all objects of a kind with `*`, and has no labels to select them by.

    Why: notification-controller answers each webhook with 500 and "matchLabels field not set when using wildcard '*'
    as name", and reconciles nothing. The Receiver itself is ready.

    Source: https://github.com/fluxcd/notification-controller/pull/482

    Bad: `resources: [{kind: GitRepository, name: "*"}]`   Good: the same with `matchLabels: {webhook: github}`
    """
    for index, resource in enumerate(manifest.list("spec", "resources")):
        if isinstance(resource, dict) and resource.get("name") == "*" and resource.get("matchLabels") is None:
            yield Problem(
                ("spec", "resources", index, "name"),
                "the name * selects nothing without matchLabels",
                "add matchLabels, or name the object",
            )
