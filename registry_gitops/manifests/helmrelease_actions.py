"""How Flux installs, upgrades, rolls back, uninstalls, and tests a release, and what it does after a failure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from registry_gitops.manifests.resource import ManifestModel
from registry_gitops.model import DNSSubdomain, DurationText, ListOf, RuleErrors, rule_error

CRDsPolicy = Literal["Skip", "Create", "CreateReplace"]
"""What Flux does with the CRDs in the chart's crds/: nothing, create new ones, or replace existing ones too."""

ServerSideApply = Literal["enabled", "disabled", "auto"]
"""Whether Flux sends objects by server-side apply; "auto" does as the last release did."""


class ActionStrategy(ManifestModel):
    """What Flux does after a failed install or upgrade. Upstream: InstallStrategy, UpgradeStrategy."""

    name: Literal["RemediateOnFailure", "RetryOnFailure"]
    """Undo the failed release as `remediation` says, or leave it in place and retry."""

    retry_interval: DurationText | None = None
    """Time between two retries; with RetryOnFailure only. Default in Flux: 5m."""

    def _rule_errors(self) -> RuleErrors:
        if self.retry_interval is not None and self.name != "RetryOnFailure":
            remedy = f"remove it, or set `name: RetryOnFailure` (it is {self.name})"
            yield rule_error("needs_retry", f"retryInterval works with RetryOnFailure only: {remedy}", "retryInterval")


class InstallRemediation(ManifestModel):
    """How often Flux retries a failed install, which it uninstalls first."""

    retries: int | None = None
    """Number of retries after a failure; a negative number means no limit. Default in Flux: 0."""

    ignore_test_failures: bool | None = None
    """Do not undo a release of which only a Helm test failed. Default in Flux: `test.ignoreFailures`."""

    remediate_last_failure: bool | None = None
    """Undo the release of the last retry too. Default in Flux: false; for upgrades true if `retries` is above 0."""


class UpgradeRemediation(InstallRemediation):
    """How Flux undoes a failed upgrade, and how often it retries."""

    strategy: Literal["rollback", "uninstall"] | None = None
    """Roll back to the last release, or uninstall and install again. Default in Flux: rollback."""


class _Action(ManifestModel):
    """Fields of every action on a release."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation, such as a hook's Job. Default in Flux: `timeout` of the release."""

    disable_hooks: bool | None = None
    """Run no hooks of the chart. Default in Flux: false."""

    disable_wait: bool | None = None
    """Do not wait until the objects are ready, or deleted. Default in Flux: false."""


class _Deploy(_Action):
    """Fields of both install and upgrade."""

    disable_wait_for_jobs: bool | None = None
    """Do not wait until Jobs have ended. Default in Flux: false."""

    disable_open_api_validation: Annotated[bool | None, Field(alias="disableOpenAPIValidation")] = None
    """Do not check the objects against the cluster's OpenAPI schema. Default in Flux: false."""

    disable_schema_validation: bool | None = None
    """Do not check the values against the chart's values.schema.json. Default in Flux: false."""

    disable_take_ownership: bool | None = None
    """Refuse to adopt objects that exist already. Default in Flux: false."""

    crds: CRDsPolicy | None = None
    """What Flux does with the CRDs in the chart's crds/. Default in Flux: Create."""

    strategy: ActionStrategy | None = None
    """What Flux does after a failure. Default in Flux: RemediateOnFailure."""


class Install(_Deploy):
    """How Flux makes the first release. Upstream: HelmRelease `install`."""

    remediation: InstallRemediation | None = None
    """How Flux undoes a failed install. Default in Flux: not at all."""

    create_namespace: bool | None = None
    """Create the target namespace if it is missing; uninstalling does not delete it. Default in Flux: false."""

    replace: bool | None = None
    """Reuse the name of a deleted release that is still in the history. Default in Flux: false."""

    server_side_apply: bool | None = None
    """Send objects by server-side apply. Default in Flux: true."""


class Upgrade(_Deploy):
    """How Flux makes every release after the first. Upstream: HelmRelease `upgrade`."""

    remediation: UpgradeRemediation | None = None
    """How Flux undoes a failed upgrade. Default in Flux: not at all."""

    force: bool | None = None
    """Delete and recreate objects that cannot be changed; not with server-side apply. Default in Flux: false."""

    preserve_values: bool | None = None
    """Merge the new values over those of the last release, so Git no longer has all of them. Default in Flux: false."""

    cleanup_on_fail: bool | None = None
    """Delete what a failed upgrade has created. Default in Flux: false."""

    server_side_apply: ServerSideApply | None = None
    """Whether Flux sends objects by server-side apply. Default in Flux: auto."""

    chart_name_change_strategy: Literal["Reinstall", "InPlaceUpdate"] | None = None
    """Whether Flux reinstalls or upgrades a release whose chart has another name. Default in Flux: Reinstall."""


class Rollback(_Action):
    """How Flux returns to the last release after a failed upgrade. Upstream: HelmRelease `rollback`."""

    disable_wait_for_jobs: bool | None = None
    """Do not wait until Jobs have ended. Default in Flux: false."""

    force: bool | None = None
    """Delete and recreate objects that cannot be changed; not with server-side apply. Default in Flux: false."""

    cleanup_on_fail: bool | None = None
    """Delete what a failed rollback has created. Default in Flux: false."""

    server_side_apply: ServerSideApply | None = None
    """Whether Flux sends objects by server-side apply. Default in Flux: auto."""


class Uninstall(_Action):
    """How Flux uninstalls the release. Upstream: HelmRelease `uninstall`."""

    keep_history: bool | None = None
    """Keep the history of the release. Default in Flux: false."""

    deletion_propagation: Literal["background", "foreground", "orphan"] | None = None
    """How Kubernetes deletes dependents: metav1.DeletionPropagation in lower case. Default in Flux: background."""


class HelmTestFilter(ManifestModel):
    """A test to run or to skip. Upstream: Filter."""

    name: DNSSubdomain
    """Name of the test."""

    exclude: bool | None = None
    """Skip the test. Default in Flux: false."""


class HelmTest(ManifestModel):
    """The chart's tests, which Flux runs after an install or upgrade. Upstream: HelmRelease `test`."""

    enable: bool | None = None
    """Run the tests; one that fails makes the release fail. Default in Flux: false."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation. Default in Flux: `timeout` of the release."""

    ignore_failures: bool | None = None
    """Let the release succeed although a test failed. Default in Flux: false."""

    filters: ListOf[HelmTestFilter] | None = None
    """Tests to run or to skip. Default in Flux: all tests run."""
