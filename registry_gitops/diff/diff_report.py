"""The contract of `diff`: deployments, and what happens to their objects. Schema: docs/diff.schema.json."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from registry_gitops.diff.effect import Effect
from registry_gitops.findings import Finding
from registry_gitops.report import ContractModel


class ChangeAction(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class ChangedObject(ContractModel):
    """An object of the cluster."""

    api_version: str
    """Its API, such as apps/v1."""

    kind: str
    """Its kind, such as Deployment."""

    namespace: str = ""
    """Its namespace, unless it is in none, or another file sets it."""

    name: str
    """Its name."""

    def __str__(self) -> str:
        """Format as Kind/namespace/name, or Kind/name."""
        return "/".join(filter(None, (self.kind, self.namespace, self.name)))


class ChangedField(ContractModel):
    """One field of an object that differs. Credentials are masked."""

    path: str
    """Path of the field, such as spec.template.spec.containers[registry].image."""

    before: str | None = None
    """Its value before, other than texts as JSON; absent if there was none."""

    after: str | None = None
    """Its value after, other than texts as JSON; absent if there is none."""


class ObjectChange(ContractModel):
    """What happens to one object."""

    action: ChangeAction
    """Whether it is created, updated, or deleted."""

    object: ChangedObject
    """The object."""

    effect: Effect
    """What this does in the cluster."""

    reason: str
    """Why it has this effect, in one sentence."""

    fields: tuple[ChangedField, ...] = ()
    """The fields that differ, if it is updated."""


class DeploymentDiff(ContractModel):
    """What happens to one deployment."""

    config: str
    """Path of its config file; of a directory from which it is removed, if its config file is not known."""

    name: str = ""
    """Its directory, from that of the config file, if the config file defines several deployments."""

    effect: Effect = Effect.NOTHING
    """The worst effect of its changes."""

    changes: tuple[ObjectChange, ...] = ()
    """Its objects that are created, updated, or deleted: those that Flux applies, then those of the Helm release."""

    findings: tuple[Finding, ...] = ()
    """What the rules find in it."""

    problems: tuple[Finding, ...] = ()
    """Why it cannot be compared, such as a mistake in its config file."""

    notes: tuple[str, ...] = ()
    """What could not be compared, and why; a sentence each."""

    @property
    def title(self) -> str:
        """The config file, and the name, if there is one."""
        return ": ".join(filter(None, (self.config, self.name)))

    @property
    def outcome(self) -> str:
        """The effect in one word, `unchanged` without any change; `not compared` if there are problems."""
        if self.problems:
            return "not compared"
        return self.effect if self.changes else "unchanged"

    @property
    def is_worth_telling(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.changes or self.findings or self.problems or self.notes)


class DiffReport(ContractModel):
    """What a commit would do to deployments."""

    api_version: Literal["registry-gitops/diff/v1"] = "registry-gitops/diff/v1"
    """Version of this contract. Keys may be added within a version; none changes its meaning."""

    version: str
    """Version of the program."""

    against: str
    """What the config files are compared with: a revision of Git."""

    effect: Effect = Effect.NOTHING
    """The worst effect of all changes."""

    deployments: tuple[DeploymentDiff, ...] = ()
    """The deployments, in the order in which they were named or found; those without a change, too."""

    @property
    def is_same(self) -> bool:
        """Whether nothing changes."""
        return not any(deployment.changes for deployment in self.deployments)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Why some of the deployments cannot be compared."""
        return tuple(dict.fromkeys(problem for each in self.deployments for problem in each.problems))
