"""The README.md of the output directory, for the people who operate the registry: its commands fit their deployment."""

from __future__ import annotations

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.render.readme.page import fill
from registry_gitops.render.readme.tables import Tables
from registry_gitops.render.readme.words import Words


class PageContext(DeploymentFacts):
    """What the templates can name: the facts, and the words and tables that are made of them."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        # The rules have computed them.
        vars(self).update(vars(DeploymentFacts.of(deployment)))
        self.words = Words(self)
        self.tables = Tables(self)


def format_readme(deployment: RegistryDeployment) -> str:
    """Return the text of README.md. Passwords and the values of environment variables are never in it."""
    return fill(PageContext(deployment))


__all__ = ["PageContext", "format_readme"]
