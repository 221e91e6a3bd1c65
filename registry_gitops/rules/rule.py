"""A rule: what it looks for, in deployments, in manifests, or in both."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from registry_gitops.documents import Manifest, Problem, YAMLDocument
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.repository import FluxRepository

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.rules.deployments import OutputDirectory

ManifestSearch = Callable[[Manifest, FluxRepository], Iterator[Problem]]
"""A pure function that yields what is wrong with one object."""

RepositorySearch = Callable[[FluxRepository], Iterator[tuple[Manifest | YAMLDocument, Problem]]]
"""A pure function that yields what is wrong with all objects together, each with the object or document it is in."""


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong. It has one search, or one for deployments and one for manifests."""

    id: str
    title: str
    """What is so if nothing is found."""
    severity: Severity
    deployment: str = ""
    """Name of the search in deployments, and of its module in rules/deployments, which is loaded at its first use."""
    manifest: ManifestSearch | None = None
    kinds: frozenset[str] = frozenset()
    """The kinds that `manifest` looks at, such as Deployment.apps or Secret; without any, at all of them."""
    repository: RepositorySearch | None = None
    as_written: bool = False
    """Whether `deployment` reads texts with variables of Flux as they are written, and not with values for them."""
    found_in_manifests: str = ""
    """Id of the rule that finds in the rendered files what `deployment` finds in a config file."""
    text: str = ""
    """The page of a rule without a search here: what reads and compares the documents finds it."""

    @property
    def page(self) -> str:
        """The text of the rule in docs/rules.md: what is wrong, why, source, bad, and good."""
        of_searches = (search.__doc__ for search in (self.manifest, self.repository) if search)
        of_deployment = self._deployment_search.__doc__ if self.deployment else ""
        return inspect.cleandoc(self.text or of_deployment or next(of_searches, None) or "")

    @property
    def looks_at_manifests(self) -> bool:
        """Whether the rule looks at other files than registry.yaml."""
        return bool(self.manifest or self.repository or self.text)

    @property
    def subjects(self) -> str:
        """What the rule looks at, in words."""
        subjects = {"registry.yaml": bool(self.deployment), "manifests": self.looks_at_manifests}
        return " and ".join(subject for subject, is_looked_at in subjects.items() if is_looked_at)

    @property
    def summary(self) -> str:
        """What is wrong, in one line: the first one of the page."""
        return self.page.splitlines()[0]

    @property
    def _deployment_search(self) -> Any:
        return _load_search(self.deployment)

    def __call__(self, deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[Finding]:
        """Yield the findings in a deployment."""
        for key, message in self._deployment_search(deployment, directory):
            yield Finding(id=self.id, message=message, severity=self.severity, location=Location(key=key))


@functools.cache
def _load_search(name: str) -> Any:
    return getattr(import_module(f"registry_gitops.rules.deployments.{name}"), name)


class FindingsError(InputError):
    """Rules found errors that were not allowed: `findings` holds them, and the warnings. Nothing was written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(findings)
        self.args = ("\n".join(f"{finding} [{finding.id}]" for finding in self.findings if finding.is_error),)
