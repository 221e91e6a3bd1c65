"""No check fails on a registry that does what few do but all are allowed to do; and nothing is left in it."""

from __future__ import annotations

import pytest

from registry_gitops.smoke import CHECKS, Level, checks_for_level, connect, run_checks
from tests.smoke.mutants.breaking import Mutant
from tests.smoke.mutants.oddities import ODDITIES
from tests.smoke.mutants.running import served

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: oddity.name)
def test_oddity_fails_no_check(oddity: Mutant) -> None:
    with served(oddity.change) as url, connect(url) as client:
        report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
    assert [f"{finding.id}: {finding.message}" for finding in report.findings] == []
    assert [line for line in report.leftovers if "empty repository" not in line] == []
