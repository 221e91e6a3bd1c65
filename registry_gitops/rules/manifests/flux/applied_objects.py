"""Rules for what gets to the cluster: an archive in the repository can hold whatever it held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import wraps

from registry_gitops.documents import Manifest, Problem, YAMLDocument
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.rule import ManifestSearch, RepositorySearch, Rule


def of_applied_objects(rule: Rule) -> Rule:
    """Return a rule that has the same findings, but only in objects and files that get to the cluster."""
    manifest, repository = rule.manifest, rule.repository
    return replace(
        rule, manifest=manifest and _applied(manifest), repository=repository and _applied_subjects(repository)
    )


def _applied(search: ManifestSearch) -> ManifestSearch:
    @wraps(search)
    def applied_only(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
        found = list(search(manifest, repository))
        return iter(found if found and repository.is_applied(manifest) else ())

    return applied_only


def _applied_subjects(search: RepositorySearch) -> RepositorySearch:
    @wraps(search)
    def applied_only(repository: FluxRepository) -> Iterator[tuple[Manifest | YAMLDocument, Problem]]:
        for subject, problem in search(repository):
            if repository.is_applied(subject):
                yield subject, problem

    return applied_only
