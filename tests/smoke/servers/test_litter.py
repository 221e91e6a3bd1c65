"""What runs leave on the real registry if nothing can be deleted: the tenth as much as the first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry_gitops.report import Report
from registry_gitops.smoke import CHECKS, Level, checks_for_level, connect, run_checks
from tests.smoke.servers.fleet import SERVERS
from tests.support.quick_folder import quick_folder

pytestmark = pytest.mark.tools

DELETION = next(server for server in SERVERS if server.name == "registry 3")
NO_DELETION = next(server for server in SERVERS if server.name == "registry 3, no deletion")
MAX_BYTES = 16_000_000


def report_on(url: str) -> Report:
    with connect(url) as client:
        return run_checks(client, checks_for_level(CHECKS, Level.SMOKE))


def stored(data: Path) -> dict[str, int]:
    """Return the path and size of all that the registry keeps, without what it left of canceled uploads."""
    files = [file for file in data.rglob("*") if file.is_file() and "_uploads" not in file.parts]
    return {str(file.relative_to(data)): file.stat().st_size for file in files}


def test_later_runs_leave_what_the_first_left() -> None:
    with quick_folder() as folder, NO_DELETION.running(folder / "registry") as running:
        report_on(running.url)
        first = stored(folder / "registry")
        for _ in range(2):
            assert [str(finding) for finding in report_on(running.url).findings] == []
        assert stored(folder / "registry") == first
    assert sum(first.values()) < MAX_BYTES


def test_nothing_is_left_where_everything_can_be_deleted() -> None:
    with quick_folder() as folder, DELETION.running(folder / "registry") as running:
        report = report_on(running.url)
    assert [line for line in report.leftovers if "empty repository" not in line] == []


def test_summary_has_the_bytes_that_the_registry_stores() -> None:
    with quick_folder() as folder, NO_DELETION.running(folder / "registry") as running:
        before = stored(folder / "registry")
        report = report_on(running.url)
        after = stored(folder / "registry")
    new = sum(size for path, size in after.items() if path.endswith("/data") and path not in before)
    found = re.search(r"manifests with \d+ tags, \d+ blobs: ([\d.]+) MB; ", report.leftover_summary)
    assert found, report.leftover_summary
    assert float(found[1]) == pytest.approx(new / 1e6, abs=0.06)
