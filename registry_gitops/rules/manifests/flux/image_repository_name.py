"""Images that Flux looks for tags of."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text


def image_repository_name(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """The image of an ImageRepository has a scheme, or a tag.

    Why: image-reflector-controller lists the tags itself, and refuses both: "should not include a tag".

    Source: https://github.com/fluxcd/image-reflector-controller/pull/268

    Bad: `image: ghcr.io/org/app:1.0.0`   Good: `image: ghcr.io/org/app`
    """
    path = ("spec", "image")
    image = known_text(manifest, *path)
    if "://" in image:
        yield Problem(path, "the name of an image has no scheme", "write HOST/REPOSITORY")
    elif ":" in image.rpartition("/")[2]:
        yield Problem(path, "Flux looks for all tags of the image, and refuses one in its name", "remove the tag")
