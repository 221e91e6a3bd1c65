"""Whether we rendered a HelmRelease."""

from __future__ import annotations

from registry_gitops.documents import Manifest
from registry_gitops.filenames import RENDERED_MARK
from registry_gitops.repository import FluxRepository


def is_rendered(release: Manifest, repository: FluxRepository) -> bool:
    """Whether `render` wrote a HelmRelease, or the one that a build made it of: a build has no comments."""
    sources = (release, *repository.find(release.group_kind, release.namespace, release.name))
    return any(each.document.text.startswith(RENDERED_MARK) for each in sources)
