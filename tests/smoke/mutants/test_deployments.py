"""For each misconfigured deployment, the findings name the right chart value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registry_gitops.report import Outcome, Report
from registry_gitops.smoke import CHECKS, UnreachableError, checks_for_level, run_checks
from tests.smoke.mutants.deployments import DEPLOYMENTS, TWO_VOLUMES, Deployment
from tests.support.kill_matrix import CAUGHT_BY

pytestmark = pytest.mark.tools


def report_on(deployment: Deployment) -> Report:
    with deployment.running() as running, running.connect() as client:
        return run_checks(client, checks_for_level(CHECKS, deployment.level), workers=1)


@pytest.mark.parametrize(
    "deployment", [each for each in DEPLOYMENTS if not each.unreachable], ids=lambda deployment: deployment.name
)
def test_misconfigured_deployment_is_found_with_its_remedy(
    deployment: Deployment, record_property: Callable[[str, object], None]
) -> None:
    report = report_on(deployment)
    bad = {finding.id: finding for finding in report.findings}
    if deployment.failed:
        record_property(CAUGHT_BY, sorted(bad))
    assert bad.keys() >= deployment.failed.keys(), [f"{each.id}: {each.message}" for each in bad.values()]
    for check, words in deployment.failed.items():
        assert words in bad[check].remedy, bad[check].message
    said = {check.id: check.message for check in report.checks if check.outcome is Outcome.NOT_SUPPORTED}
    for check, words in deployment.not_supported.items():
        assert words in said[check]


def test_unshared_volume_is_the_remedy_of_the_checks_of_replicas() -> None:
    bad = {finding.id: finding for finding in report_on(TWO_VOLUMES).findings}
    assert {"replicas-read", "replicas-upload"} <= bad.keys()
    assert "`replicaCount`" in bad["replicas-upload"].remedy
    assert "`replicaCount`" in bad["replicas-read"].remedy


@pytest.mark.parametrize(
    "deployment", [each for each in DEPLOYMENTS if each.unreachable], ids=lambda deployment: deployment.name
)
def test_unreachable_deployment_has_its_remedy(deployment: Deployment) -> None:
    with pytest.raises(UnreachableError) as problem:
        report_on(deployment)
    assert deployment.unreachable in problem.value.remedy
