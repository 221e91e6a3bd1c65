"""What objects name, and the repository does not have; and what nothing names."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.references import (
    CONFIG_USERS,
    FLUX_KUSTOMIZATION,
    HELM_RELEASE,
    KINDS,
    applied_twice,
    blocked_reference,
    dependency_cycle,
    duplicate_object,
    hashed_name,
    missing_config,
    missing_dependency,
    missing_entry,
    missing_path,
    missing_reference,
    unlisted_file,
)
from registry_gitops.rules.rule import Rule

_WITH_DEPENDENCIES = frozenset({HELM_RELEASE, FLUX_KUSTOMIZATION})

REFERENCE_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "missing-reference",
        "The sources, charts, and providers that are named exist",
        Severity.ERROR,
        manifest=missing_reference,
        kinds=KINDS,
    ),
    Rule(
        "missing-dependency",
        "The objects in dependsOn exist",
        Severity.ERROR,
        manifest=missing_dependency,
        kinds=_WITH_DEPENDENCIES,
    ),
    Rule(
        "missing-config",
        "The ConfigMaps and Secrets that are named exist",
        Severity.WARNING,
        manifest=missing_config,
        kinds=CONFIG_USERS,
    ),
    Rule(
        "hashed-name",
        "Generated ConfigMaps and Secrets have the names that are used",
        Severity.ERROR,
        manifest=hashed_name,
        kinds=_WITH_DEPENDENCIES,
    ),
    Rule("dependency-cycle", "No objects wait for each other", Severity.ERROR, repository=dependency_cycle),
    Rule(
        "blocked-reference",
        "Flux accepts references to other namespaces",
        Severity.ERROR,
        repository=blocked_reference,
    ),
    Rule("missing-path", "The directories that Flux applies exist", Severity.ERROR, repository=missing_path),
    Rule("missing-entry", "The files that kustomizations name exist", Severity.ERROR, repository=missing_entry),
    Rule("unlisted-file", "Every object gets to the cluster", Severity.WARNING, repository=unlisted_file),
    Rule("duplicate-object", "No build has an object twice", Severity.ERROR, repository=duplicate_object),
    Rule(
        "kustomize-build",
        "kustomize builds each overlay",
        Severity.ERROR,
        text="""kustomize refuses to build a directory, such as for a patch that selects no object.

        Why: Flux applies nothing of a Kustomization that does not build: its objects stay as they were, and its status
        says "kustomize build failed". It happens when an object is renamed in the base, and patches keep the old name.
        Directories with patches are built if kustomize or kubectl is on PATH; those with remote bases are not.
        Source: https://github.com/fluxcd/flux2/issues/1522
        Bad: a patch of `name: settings`, where the object of the base is `app-settings`
        Good: a patch of `name: app-settings`
        """,
    ),
    Rule("applied-twice", "One Kustomization owns each object", Severity.WARNING, repository=applied_twice),
)
