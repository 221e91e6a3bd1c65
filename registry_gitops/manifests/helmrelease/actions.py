"""What Flux does with a release: install, upgrade, roll back, uninstall and test; and what it does after a failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from registry_gitops.manifests.resource import Fault, Manifest, fault
from registry_gitops.model import DNSSubdomain, DurationText, ListOf

CRDsPolicy = Literal["Skip", "Create", "CreateReplace"]
"""What happens to the CRDs in the chart's crds/: nothing, create new ones, or replace known ones too."""

ServerSideApply = Literal["enabled", "disabled", "auto"]
"""Whether objects are sent by server-side apply; "auto" does as the last release did."""


class ActionStrategy(Manifest):
    """What follows a failed install or upgrade. Upstream: InstallStrategy, UpgradeStrategy."""

    name: Literal["RemediateOnFailure", "RetryOnFailure"]
    """Undo the failure as `remediation` says, or leave it in place and try again."""

    retry_interval: DurationText | None = None
    """Time between two tries; with RetryOnFailure only. Default in Flux: 5m."""

    def _faults(self) -> Iterator[Fault]:
        if self.retry_interval is not None and self.name != "RetryOnFailure":
            remedy = f"remove it, or set `name: RetryOnFailure` (it is {self.name})"
            yield fault("needs_retry", f"retryInterval works with RetryOnFailure only: {remedy}", "retryInterval")


class InstallRemediation(Manifest):
    """How a failed install is undone (it is uninstalled) and how often it is tried again."""

    retries: int | None = None
    """How many more tries after a failure; a negative number means no end. Default in Flux: 0."""

    ignore_test_failures: bool | None = None
    """Do not undo when only a Helm test failed. Default in Flux: `test.ignoreFailures`."""

    remediate_last_failure: bool | None = None
    """Undo the last failure too. Default in Flux: false; for upgrades true when `retries` is above 0."""


class UpgradeRemediation(InstallRemediation):
    """How a failed upgrade is undone and how often it is tried again."""

    strategy: Literal["rollback", "uninstall"] | None = None
    """Go back to the last release, or uninstall and install anew. Default in Flux: rollback."""


class _Action(Manifest):
    """What every action on a release has."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation, such as a hook's Job. Default in Flux: `timeout` of the release."""

    disable_hooks: bool | None = None
    """Run no hooks of the chart. Default in Flux: false."""

    disable_wait: bool | None = None
    """Do not wait until the objects are ready, or gone. Default in Flux: false."""


class _Deploy(_Action):
    """What install and upgrade have in common."""

    disable_wait_for_jobs: bool | None = None
    """Do not wait until Jobs have ended. Default in Flux: false."""

    disable_open_api_validation: Annotated[bool | None, Field(alias="disableOpenAPIValidation")] = None
    """Do not check the objects against the cluster's OpenAPI schema. Default in Flux: false."""

    disable_schema_validation: bool | None = None
    """Do not check the values against the chart's values.schema.json. Default in Flux: false."""

    disable_take_ownership: bool | None = None
    """Refuse to adopt objects that exist already. Default in Flux: false."""

    crds: CRDsPolicy | None = None
    """What happens to the CRDs in the chart's crds/. Default in Flux: Create."""

    strategy: ActionStrategy | None = None
    """What follows a failure. Default in Flux: RemediateOnFailure."""


class Install(_Deploy):
    """The first release. Upstream: HelmRelease `install`."""

    remediation: InstallRemediation | None = None
    """How a failure is undone. Default in Flux: not at all."""

    create_namespace: bool | None = None
    """Make the target namespace if it is missing; it stays when the release goes. Default in Flux: false."""

    replace: bool | None = None
    """Take the name of a deleted release that is still in the history. Default in Flux: false."""

    server_side_apply: bool | None = None
    """Send objects by server-side apply. Default in Flux: true."""


class Upgrade(_Deploy):
    """Every release after the first. Upstream: HelmRelease `upgrade`."""

    remediation: UpgradeRemediation | None = None
    """How a failure is undone. Default in Flux: not at all."""

    force: bool | None = None
    """Delete and recreate objects that cannot be changed; not with server-side apply. Default in Flux: false."""

    preserve_values: bool | None = None
    """Keep the values of the last release under the new ones; Git no longer says it all. Default in Flux: false."""

    cleanup_on_fail: bool | None = None
    """Delete what a failed upgrade has made. Default in Flux: false."""

    server_side_apply: ServerSideApply | None = None
    """Whether objects are sent by server-side apply. Default in Flux: auto."""

    chart_name_change_strategy: Literal["Reinstall", "InPlaceUpdate"] | None = None
    """What happens when the chart gets another name: install anew, or upgrade in place. Default in Flux: Reinstall."""


class Rollback(_Action):
    """The way back to the last release, after a failed upgrade. Upstream: HelmRelease `rollback`."""

    disable_wait_for_jobs: bool | None = None
    """Do not wait until Jobs have ended. Default in Flux: false."""

    force: bool | None = None
    """Delete and recreate objects that cannot be changed; not with server-side apply. Default in Flux: false."""

    cleanup_on_fail: bool | None = None
    """Delete what a failed rollback has made. Default in Flux: false."""

    server_side_apply: ServerSideApply | None = None
    """Whether objects are sent by server-side apply. Default in Flux: auto."""


class Uninstall(_Action):
    """The end of a release. Upstream: HelmRelease `uninstall`."""

    keep_history: bool | None = None
    """Keep the history of the release. Default in Flux: false."""

    deletion_propagation: Literal["background", "foreground", "orphan"] | None = None
    """How dependents are deleted: metav1.DeletionPropagation in lower case. Default in Flux: background."""


class HelmTestFilter(Manifest):
    """A test that is run, or left out. Upstream: Filter."""

    name: DNSSubdomain
    """Name of the test."""

    exclude: bool | None = None
    """Leave the test out. Default in Flux: false."""


class HelmTest(Manifest):
    """The chart's tests, run after install and upgrade. Upstream: HelmRelease `test`."""

    enable: bool | None = None
    """Run the tests; one that fails makes the release fail. Default in Flux: false."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation. Default in Flux: `timeout` of the release."""

    ignore_failures: bool | None = None
    """Let the release succeed all the same. Default in Flux: false."""

    filters: ListOf[HelmTestFilter] | None = None
    """Tests to run or leave out. Default in Flux: all tests run."""
