"""Each mutant, a registry that is broken on purpose, fails the checks for it. expected.txt has all that fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.report import Outcome
from registry_gitops.smoke import CHECKS, Level, Options, connect, push_restart_image, run_checks
from tests.smoke.faults.table import FAULTS
from tests.smoke.mutants.breaking import Mutant
from tests.smoke.mutants.deployments import DEPLOYMENTS
from tests.smoke.mutants.lacks import LACKS
from tests.smoke.mutants.running import Guard, report_on, served
from tests.smoke.mutants.table import MUTANTS
from tests.support.golden_table import expect_row, read_rows
from tests.support.kill_matrix import CAUGHT_BY

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

EXPECTED = Path(__file__).parent / "expected.txt"
"""All checks that fail for each mutant."""
FEW = 5
RESTART = "kept-after-restart"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_fails_the_checks_for_it(
    mutant: Mutant, guard: Guard, record_property: Callable[[str, object], None], update_goldens: bool
) -> None:
    level = Level.FULL if mutant.full else Level.SMOKE
    report = report_on(mutant.change, guard if mutant.guarded else None, level)
    caught_by = {finding.id: finding.message for finding in report.findings}
    record_property(CAUGHT_BY, sorted(caught_by))
    assert caught_by.keys() >= mutant.caught_by, caught_by
    expect_row(EXPECTED, mutant.name, " ".join(sorted(caught_by)), update=update_goldens)


@pytest.mark.parametrize("mutant", LACKS, ids=lambda mutant: mutant.name)
def test_missing_optional_feature_is_not_supported(mutant: Mutant) -> None:
    report = report_on(mutant.change)
    endings = {check.id: f"{check.outcome}: {check.message}" for check in report.checks}
    assert [str(finding) for finding in report.findings] == []
    lacking = {check.id for check in report.checks if check.outcome is Outcome.NOT_SUPPORTED}
    assert mutant.caught_by <= lacking, endings


@pytest.mark.parametrize("guarded", [False, True], ids=["open", "guarded"])
def test_unbroken_registry_passes_all_checks(guarded: bool, guard: Guard) -> None:
    report = report_on(lambda right: right, guard if guarded else None, Level.FULL)
    assert [f"{finding.id}: {finding}" for finding in report.findings] == []


@pytest.mark.parametrize("lost", [False, True], ids=["nothing is lost", "a restart loses everything"])
def test_image_lost_by_a_restart_fails_its_check(lost: bool, record_property: Callable[[str, object], None]) -> None:
    checks = [check for check in CHECKS if check.id == RESTART]
    with served(lambda right: right) as before, served(lambda right: right) as empty:
        with connect(before) as client:
            options = Options(restart=push_restart_image(client))
        with connect(empty if lost else before) as client:
            report = run_checks(client, checks, options=options)
    caught_by = [finding.id for finding in report.findings]
    if lost:
        record_property(CAUGHT_BY, caught_by)
    assert caught_by == ([RESTART] if lost else [])


def test_each_check_has_a_mutant_that_few_others_catch() -> None:
    catches = [*(mutant.caught_by for mutant in MUTANTS), *(frozenset(each.failed) for each in DEPLOYMENTS)]
    catches += [fault.caught_by for fault in FAULTS]
    catches.append(frozenset({RESTART}))
    # Those of promises have pairs of their own: tests/smoke/promises.
    checks = {check.id for check in CHECKS if not check.id.startswith("promised-")}
    assert checks == frozenset().union(*(few for few in catches if len(few) <= FEW))


def test_each_mutant_has_a_check_that_catches_it() -> None:
    assert [mutant.name for mutant in (*MUTANTS, *LACKS) if not mutant.caught_by] == []


def test_no_line_is_about_a_mutant_that_is_gone() -> None:
    assert sorted(read_rows(EXPECTED)) == sorted(mutant.name for mutant in MUTANTS)


def test_mutant_names_are_unique() -> None:
    names = [*(mutant.name for mutant in (*MUTANTS, *LACKS)), *(deployment.name for deployment in DEPLOYMENTS)]
    assert len(names) == len(set(names))
