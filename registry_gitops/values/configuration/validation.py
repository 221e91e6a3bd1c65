"""What the registry refuses to store."""

from __future__ import annotations

from typing import ClassVar, Literal

from registry_gitops.model import ListOf
from registry_gitops.values.configuration.scalars import GoRegexp, NonEmpty
from registry_gitops.values.configuration.section import Section


class ManifestUrls(Section):
    """URLs inside manifests, as foreign layers have them."""

    allow: ListOf[GoRegexp] | None = None
    """Regular expressions, of which each URL must match one. Default: no URL, if `deny` is empty too."""

    deny: ListOf[GoRegexp] | None = None
    """Regular expressions, of which a URL must match none. Default: none."""


class Platform(Section):
    """A platform, as image indexes name it."""

    architecture: NonEmpty | None = None
    """Architecture, such as amd64. Default: none."""

    os: NonEmpty | None = None
    """Operating system, such as linux. Default: none."""


class ManifestIndexes(Section):
    """Which images of an image index must exist when the index is pushed."""

    platforms: Literal["all", "none", "list"] | None = None
    """All of them, none, or those of `platformlist`. Default: none, because `all` refuses caches of BuildKit."""

    platform_list: ListOf[Platform] | None = None
    """Platforms whose images must exist, with `platforms: list`. Default: none."""


class ValidationManifests(Section):
    """Checks of manifests."""

    urls: ManifestUrls | None = None
    indexes: ManifestIndexes | None = None


class Validation(Section):
    """What the registry refuses to store; images that it already has are not checked."""

    disabled: bool | None = None
    """Whether nothing is checked. Default: false."""

    manifests: ValidationManifests | None = None

    instead: ClassVar[dict[str, str]] = {"enabled": "write disabled: true or disabled: false"}


class RepositoryPolicy(Section):
    """Rules for all repositories."""

    classes: ListOf[Literal["image", "plugin"]] | None = None
    """Kinds of content that clients are allowed to push; if any are set, others are refused. Default: every kind."""


class Policy(Section):
    """What clients are allowed to push."""

    repository: RepositoryPolicy | None = None
