"""The README.md of the folder, for the people who operate the registry: every command in it fits their deployment."""

from __future__ import annotations

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render.readme.facts import Facts
from registry_gitops.render.readme.page import fill


def readme(deployment: RegistryDeployment) -> str:
    """The text of README.md. Passwords and the values of environment variables are never in it."""
    return fill(Facts(deployment))


__all__ = ["readme"]
