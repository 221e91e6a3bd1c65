"""A report says why the registry was slow."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from registry_gitops.registry.messages import Request, Response
from registry_gitops.report import Report
from registry_gitops.smoke import CHECKS, connect, run_checks
from tests.smoke.mutants.breaking import Change, Core
from tests.smoke.mutants.running import PASSWORD, USER, Guard, served

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]


def pausing(seconds: float, methods: str = "", header: str = "host") -> Change:
    """Requests of these methods, or of all, that have the header take so long."""

    def change(right: Core) -> Core:
        def answer(request: Request) -> Response:
            if header in request.headers and request.method in (methods.split() or [request.method]):
                time.sleep(seconds)
            return right(request)

        return answer

    return change


def report_on(change: Change, check_id: str, guard: Guard | None = None) -> Report:
    with served(change, guard) as url:
        user = {"username": USER, "password": PASSWORD, "ca_file": str(guard.certificate)} if guard else {}
        with connect(url, **user) as client:  # type: ignore[arg-type]
            return run_checks(client, [check for check in CHECKS if check.id == check_id])


def test_password_check_is_named_if_only_requests_with_a_password_are_slow(tmp_path: Path) -> None:
    (note,) = report_on(pausing(0.2, header="authorization"), "manifest-missing", Guard.make(tmp_path)).notes
    assert "with the password" in note
    assert "bcrypt" in note
    assert "`resources.limits.cpu`" in note


def test_network_is_named_if_every_request_is_slow() -> None:
    (note,) = report_on(pausing(0.6), "manifest-missing").notes
    assert "the network and the proxies" in note


def test_slowest_kind_of_request_is_named_with_the_storage() -> None:
    (note,) = report_on(pausing(0.6, "PUT POST DELETE"), "upload-monolithic").notes
    assert re.search(r"most of the time for (PUT|POST|DELETE) of (blobs|manifests)", note)
    assert "the storage of the registry" in note
