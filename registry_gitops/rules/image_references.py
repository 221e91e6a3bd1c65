"""References of images: their parts, as a container runtime splits them, and what their tags mean."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class ImageReference(NamedTuple):
    """A reference such as docker.io/library/registry:3.1.1@sha256:..."""

    repository: str
    """With the host of the registry as it is written, and without tag and digest."""
    tag: str
    digest: str

    @property
    def full_repository(self) -> str:
        """The repository with its host, and with the namespace of Docker's official images."""
        host, slash, _ = self.repository.partition("/")
        if not slash:
            return f"docker.io/library/{self.repository}"
        if "." in host or ":" in host or host == "localhost":
            return self.repository.replace("index.docker.io/", "docker.io/", 1)
        return f"docker.io/{self.repository}"

    @property
    def major(self) -> int | None:
        """The major version that the tag names, or None."""
        digits = self.tag.removeprefix("v").split(".")[0].split("-")[0]
        return int(digits) if digits.isdecimal() and len(digits) < 4 else None


def parse_image(reference: str) -> ImageReference:
    """Split the reference of an image."""
    name, _, digest = reference.partition("@")
    head, slash, last = name.rpartition("/")
    base, _, tag = last.partition(":")
    return ImageReference(f"{head}{slash}{base}", tag, digest)


MOVING_WORDS: Final = "latest|edge|nightly|main|master|stable|dev|develop"
_MOVING: Final = re.compile(rf"(?:{MOVING_WORDS})(?:[.-][^\d@]*)?")
"""With a number, such as that of a build or a day, the tag can be one that stays."""


def is_moving(tag: str) -> bool:
    """Return whether a tag names no version, but whatever is newest."""
    return bool(_MOVING.fullmatch(tag))


_REGISTRIES: Final = frozenset(
    [
        "docker.io/library/registry",
        "docker.io/distribution/distribution",
        "ghcr.io/distribution/distribution",
        "public.ecr.aws/docker/library/registry",
        "mirror.gcr.io/library/registry",
    ]
)
"""Repositories of distribution, the registry of the CNCF."""


def is_registry(reference: str) -> bool:
    """Return whether an image is distribution, under one of its official names."""
    if "registry" not in reference and "distribution" not in reference:
        return False
    return parse_image(reference).full_repository in _REGISTRIES


_VERSION: Final = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?P<pre>-(?:alpha|beta|rc).*)?(?:-.*)?")


def is_outdated_registry(tag: str) -> bool:
    """Return whether a version of distribution is older than 3.1.1.

    The tags 3 and 3.1 move to the newest version, and 2 does not.
    """
    found = _VERSION.fullmatch(tag)
    if found is None:
        return False
    minor, patch = found[2] or "1", found[3] or ("1" if found[2] in (None, "1") else "0")
    version = int(found[1]), int(minor), int(patch)
    return (2,) <= version < (3, 1, 1) or (version == (3, 1, 1) and bool(found["pre"]))
