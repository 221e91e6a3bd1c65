"""How often Flux asks a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.amounts import parse_duration
from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.manifests.flux.known_text import known_text

_SHORTEST: Final = 10
"""Seconds. Below that, a single source makes more than 8,640 requests a day."""

POLLING_KINDS: Final = frozenset(
    {kinds.HELM_REPOSITORY, kinds.OCI_REPOSITORY, kinds.GIT_REPOSITORY, kinds.BUCKET, kinds.IMAGE_REPOSITORY}
)


def short_interval(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Flux asks a server for changes more often than every 10 seconds.

    Why: registries and Git servers limit the number of requests. Above the limit they refuse all of them, also the
    pulls of images by the nodes behind the same address. A Receiver reacts faster, and asks nothing.

    Source: https://github.com/fluxcd/image-reflector-controller/issues/156

    Bad: `interval: 1s`   Good: `interval: 5m`, and a Receiver
    """
    interval = known_text(manifest, "spec", "interval")
    try:
        is_short = bool(interval) and parse_duration(interval) < _SHORTEST
    except ValueError:
        return
    if is_short:
        message = f"Flux asks the server more often than every {_SHORTEST} seconds"
        yield Problem(("spec", "interval"), message, "write an interval of 1m or more, and add a Receiver for webhooks")
