"""A registry that needs credentials for pushes only, as nginx makes one of a registry without a login."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from registry_gitops.report import Outcome
from registry_gitops.smoke import CHECKS, Level, checks_for_level, connect, run_checks
from registry_gitops.smoke.preconditions import LOG_IN
from tests.smoke.faults.doors import PING, PUSHES, behind_login
from tests.smoke.servers.fleet import IMAGE, NAME, TAG

pytestmark = pytest.mark.tools

OPEN_PING = pytest.param((PUSHES,), id="/v2/ is open")
CLOSED_PING = pytest.param((PUSHES, PING), id="/v2/ is closed")


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.mark.parametrize("locations", [OPEN_PING, CLOSED_PING])
def test_level_read_needs_no_credentials(locations: tuple[str, ...], tmp_path: Path) -> None:
    with ExitStack() as stack:
        running = behind_login(*locations)(tmp_path, stack)
        running.repository(NAME).push(IMAGE, TAG)
        report = run_checks(stack.enter_context(connect(running.url)), checks_for_level(CHECKS, Level.READ))
    assert [str(finding) for finding in report.findings] == []
    outcomes = {check.id: check.outcome for check in report.checks}
    assert outcomes["image-read"] is Outcome.PASSED


@pytest.mark.parametrize("locations", [OPEN_PING, CLOSED_PING])
def test_push_without_credentials_asks_for_them(locations: tuple[str, ...], tmp_path: Path) -> None:
    checks = [check for check in CHECKS if check.id == "upload-monolithic"]
    with ExitStack() as stack:
        client = stack.enter_context(connect(behind_login(*locations)(tmp_path, stack).url))
        findings = run_checks(client, checks).findings
    assert [finding.remedy for finding in findings] == [LOG_IN]


def test_nothing_is_wrong_if_the_ping_asks_for_credentials(tmp_path: Path) -> None:
    with ExitStack() as stack:
        client = stack.enter_context(behind_login(PUSHES, PING)(tmp_path, stack).connect())
        report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
    assert [str(finding) for finding in report.findings] == []
