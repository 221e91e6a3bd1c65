"""No check fails on a registry that works. expected.txt has what each does not support, and what was skipped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from registry_gitops.report import Outcome, Report
from registry_gitops.smoke import CHECKS, Options, checks_for_level, run_checks
from tests.smoke.servers.fleet import IMAGE, NAME, SERVERS, TAG, Server
from tests.support.quick_folder import quick_folder

pytestmark = pytest.mark.tools

EXPECTED: Final = Path(__file__).parent / "expected.txt"
AT_ONCE: Final = 3
LAYER_SIZE: Final = 8 * 1024 * 1024


def report_on(server: Server, folder: Path) -> Report:
    with server.running(folder / server.name) as running, running.connect() as client:
        report = run_checks(client, checks_for_level(CHECKS, server.level), options=Options(layer_size=LAYER_SIZE))
        repository = running.repository(NAME)
        assert repository.lacks(IMAGE) == [], "a check has touched what is not its own"
        assert repository.tags() == [TAG]
    return report


def summary(reports: dict[str, Report]) -> str:
    """Return, for each check that did not pass everywhere, the messages and their servers."""
    said: dict[str, dict[str, list[str]]] = {check.id: {} for check in CHECKS}
    for name, report in reports.items():
        found = {finding.id: finding.message for finding in report.findings}
        for result in report.checks:
            if result.outcome is not Outcome.PASSED:
                message = found.get(result.id, result.message)
                said[result.id].setdefault(f"{result.outcome}: {message}", []).append(name)
    blocks = []
    for check, sentences in said.items():
        asked = [name for name, report in reports.items() if check in {result.id for result in report.checks}]
        lines = [f"  {sentence}\n    {_where(names, asked)}\n" for sentence, names in sentences.items()]
        if lines:
            blocks.append(f"{check}\n{''.join(lines)}")
    return "\n".join(blocks)


def _where(names: list[str], asked: list[str]) -> str:
    others = [name for name in asked if name not in names]
    if not others:
        return "everywhere"
    return "; ".join(names) if len(names) <= len(others) else f"everywhere but: {'; '.join(others)}"


def test_no_check_fails_on_a_registry_that_works(
    tmp_path: Path, update_goldens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The person who runs the tests can be logged in somewhere.
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with quick_folder() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        reports = dict(zip((s.name for s in SERVERS), pool.map(lambda s: report_on(s, folder), SERVERS), strict=True))
    if update_goldens:
        EXPECTED.write_text(summary(reports), "utf-8")
    bad = {
        name: [f"{finding.id}: {finding}" for finding in report.findings]
        for name, report in reports.items()
        if not report.passed
    }
    assert bad == {}
    assert summary(reports) == EXPECTED.read_text("utf-8")
