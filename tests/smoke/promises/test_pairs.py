"""Each promise that is broken on a real registry fails the check for it, and none fails if all are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from registry_gitops.report import Outcome, Report
from registry_gitops.smoke import UnreachableError
from tests.smoke.promises.pairs import PAIRS, TLS, Pair
from tests.smoke.promises.running import PROMISES, Starting, compare, make_tls, merge, serve
from tests.support.certificate import make_certificate
from tests.support.quick_folder import quick_folder

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]
EACH = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)

CLIENT_CERTIFICATE = "promised-client-certificate"


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.fixture
def folder() -> Iterator[Path]:
    with quick_folder() as made:
        (made / "made").mkdir()
        yield made


def report_on(pair: Pair, starting: Starting, folder: Path) -> Report:
    with ExitStack() as stack:
        return compare(pair.described, starting(folder, stack))


@EACH
def test_broken_promise_is_found(pair: Pair, folder: Path) -> None:
    found = {finding.id: finding for finding in report_on(pair, pair.broken, folder).findings}
    assert found.keys() >= pair.caught_by, [f"{each.id}: {each.message}" for each in found.values()]
    for check in pair.caught_by:
        assert pair.remedy in found[check].remedy, found[check].message


@EACH
def test_kept_promise_is_quiet(pair: Pair, folder: Path) -> None:
    report = report_on(pair, pair.kept, folder)
    assert [f"{each.id}: {each.message}" for each in report.findings] == []
    passed = {result.id for result in report.checks if result.outcome is Outcome.PASSED}
    assert pair.caught_by - passed == pair.not_seen


def test_registry_that_wants_no_certificate_of_its_clients_is_found(folder: Path) -> None:
    """If it wants one, as promised, nothing can be checked: it is unreachable."""
    described = merge(TLS, {"tls": {"clientAuthentication": {"existingSecret": "clients"}}})
    make_tls(folder, make_certificate(folder / "made"))
    with ExitStack() as stack:
        report = compare(described, serve(TLS)(folder, stack))
    assert {finding.id for finding in report.findings} == {CLIENT_CERTIFICATE}
    with ExitStack() as stack, pytest.raises(UnreachableError) as refused:
        compare(described, serve(described)(folder, stack))
    assert refused.value.cause == "TLS: client"


def test_every_promise_has_a_pair() -> None:
    caught = frozenset().union(*(pair.caught_by for pair in PAIRS))
    assert {check.id for check in PROMISES} == caught | {CLIENT_CERTIFICATE}
