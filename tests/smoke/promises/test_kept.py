"""The whole default level is quiet on registries that are as they are described, however they are reached."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from registry_gitops.report import Outcome
from registry_gitops.smoke import CHECKS, Expectations, Level, checks_for_level
from tests.smoke.promises import pairs
from tests.smoke.promises.running import Starting, Values, compare, merge, serve
from tests.support.quick_folder import quick_folder

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

GUARDED = merge(merge(pairs.LOGIN, pairs.DELETION), {"configuration": {"catalog": {"maxentries": 5000}}})
SMALL_PAGES = {"configuration": {"catalog": {"maxentries": 50}}}
NAMED = {"configuration": {"http": {"host": "https://registry.example.com"}}}


@pytest.mark.parametrize(
    ("values", "starting"),
    [
        pytest.param({}, serve({}), id="the defaults"),
        pytest.param(GUARDED, serve(GUARDED), id="login and deletion"),
        pytest.param(SMALL_PAGES, serve(SMALL_PAGES), id="small pages of the catalog"),
        pytest.param(NAMED, serve(NAMED), id="a host other than the one that is reached"),
        pytest.param(pairs.READ_ONLY, serve(pairs.READ_ONLY), id="read-only"),
        pytest.param(pairs.CACHE, pairs.run_cache, id="a cache"),
        pytest.param(pairs.TWO, pairs.run_two_pods(pairs.TWO, "same", "same"), id="two Pods"),
    ],
)
def test_registry_as_described_passes_the_default_level(
    values: Values, starting: Starting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with quick_folder() as folder, ExitStack() as stack:
        report = compare(values, starting(folder, stack), checks_for_level(CHECKS, Level.SMOKE))
    assert [f"{each.id}: {each.message}" for each in report.findings] == []
    passed = [result.id for result in report.checks if result.outcome is Outcome.PASSED]
    assert len([check for check in passed if check.startswith("promised-")]) >= 8


def test_small_pages_that_nobody_promised_are_found_with_their_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    checks = [check for check in CHECKS if check.id == "catalog-read"]
    with quick_folder() as folder, ExitStack() as stack:
        (finding,) = compare({}, serve(SMALL_PAGES)(folder, stack), checks).findings
        assert "`configuration.catalog.maxentries` is already as it should be" in finding.remedy
        (finding,) = compare(Expectations(), serve(SMALL_PAGES)(folder, stack), checks).findings
        assert "Set `configuration.catalog.maxentries` to 1000 or more" in finding.remedy
