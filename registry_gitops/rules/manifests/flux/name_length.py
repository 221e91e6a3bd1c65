"""Names that Flux writes into labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text

_LONGEST: Final = 63


def name_length(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The name of a Kustomization or HelmRelease is longer than a label can be.

    Why: Flux labels each object that it applies with the name of the Kustomization or HelmRelease. The API server takes
    253 characters for a name and 63 for a label, so it takes the object, and then refuses everything in it.

    Source: https://github.com/fluxcd/flux2/issues/2004

    Bad: a name of 64 characters   Good: a name of 63 characters
    """
    if len(known_text(manifest, "metadata", "name")) > _LONGEST:
        message = f"Flux writes the name into a label of each object, which has at most {_LONGEST} characters"
        yield Problem(("metadata", "name"), message, "shorten the name")
