"""Each fault that users reported fails the checks for it and no others, with a remedy that helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.smoke import CHECKS, Options, checks_for_level, run_checks
from tests.smoke.faults.fault import Fault
from tests.smoke.faults.table import FAULTS
from tests.smoke.mutants.running import LAYER_SIZE
from tests.support.kill_matrix import CAUGHT_BY
from tests.support.quick_folder import quick_folder

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_fails_the_checks_for_it(fault: Fault, record_property: Callable[[str, object], None]) -> None:
    with quick_folder() as folder, fault.running(folder) as running, running.connect() as client:
        report = run_checks(client, checks_for_level(CHECKS, fault.level), options=Options(layer_size=LAYER_SIZE))
    found = {finding.id: finding for finding in report.findings}
    record_property(CAUGHT_BY, sorted(found))
    assert found.keys() == fault.caught_by, [f"{each.id}: {each.message}" for each in found.values()]
    for finding in found.values():
        assert fault.remedy in finding.remedy, finding.message


def test_each_fault_has_a_report_and_a_check_that_finds_it() -> None:
    assert [fault.name for fault in FAULTS if not (fault.caught_by and fault.report and fault.remedy)] == []


def test_fault_names_are_unique() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))
