"""Messages of the commits that Flux pushes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text

_REMOVED: Final = re.compile(r"\.Updated\b|\.Changed\.ImageResult\b")
_TEMPLATE: Final = ("spec", "git", "commit", "messageTemplate")


def commit_template(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The message of image updates has a field that Flux 2.7 removed.

    Why: the template fails on the first update, the ImageUpdateAutomation stalls, and no image is updated any more.

    Source: https://github.com/hmcts/cnp-flux-config/pull/42230

    Bad: `messageTemplate: "{{range .Updated.Images}}{{println .}}{{end}}"`
    Good: `messageTemplate: "{{range .Changed.Changes}}{{println .NewValue}}{{end}}"`
    """
    if manifest.api_version == "image.toolkit.fluxcd.io/v1" and _REMOVED.search(known_text(manifest, *_TEMPLATE)):
        message = "the template has a field that Flux 2.7 removed: .Updated or .Changed.ImageResult"
        yield Problem(_TEMPLATE, message, "use .Changed.Changes, with .OldValue and .NewValue of each")
