"""Each fault that users reported fails the checks for it. expected.txt has all that fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.smoke import CHECKS, Options, checks_for_level, run_checks
from tests.smoke.faults.fault import Fault
from tests.smoke.faults.table import FAULTS
from tests.smoke.mutants.running import LAYER_SIZE
from tests.support.golden_table import expect_row, read_rows
from tests.support.kill_matrix import CAUGHT_BY
from tests.support.quick_folder import quick_folder

EXPECTED = Path(__file__).parent / "expected.txt"
"""All checks that fail for each fault."""

IMPATIENT: dict[str, Any] = {"timeout": 3, "retries": 0}
"""Some faults leave a client without a response."""

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_fails_the_checks_for_it(
    fault: Fault, record_property: Callable[[str, object], None], update_goldens: bool
) -> None:
    checks = checks_for_level(CHECKS, fault.level)
    with quick_folder() as folder, fault.running(folder) as running, running.connect(**IMPATIENT) as client:
        report = run_checks(client, checks, options=Options(layer_size=LAYER_SIZE), workers=1)
    found = {finding.id: finding for finding in report.findings}
    record_property(CAUGHT_BY, sorted(found))
    assert found.keys() >= fault.caught_by, [f"{each.id}: {each.message}" for each in found.values()]
    for check in fault.caught_by:
        assert fault.remedy in found[check].remedy, found[check].message
    expect_row(EXPECTED, fault.name, " ".join(sorted(found)), update=update_goldens)


def test_no_line_is_about_a_fault_that_is_gone() -> None:
    assert sorted(read_rows(EXPECTED)) == sorted(fault.name for fault in FAULTS)


def test_each_fault_has_a_report_and_a_check_that_finds_it() -> None:
    assert [fault.name for fault in FAULTS if not (fault.caught_by and fault.report and fault.remedy)] == []


def test_fault_names_are_unique() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))
