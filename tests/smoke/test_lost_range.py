"""Content-Range that a proxy removes: registry 3 would refuse a chunk at the wrong offset."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_gitops.registry.messages import Request, Response
from registry_gitops.smoke import CHECKS, run_checks
from tests.smoke.faults.forwarding import Forwarding
from tests.smoke.mutants.breaking import ANY, Core, instead
from tests.smoke.mutants.running import serving
from tests.smoke.servers.fleet import CONFIG, Running
from tests.support.registry import RealRegistry
from tests.support.tools import tool

pytestmark = pytest.mark.tools


def _without_range(right: Core, request: Request) -> Response:
    return right(replace(request, headers={**request.headers, "content-range": ""}))


@pytest.mark.parametrize(
    ("program", "found"), [("registry", ["upload-out-of-order"]), ("docker-registry", [])], ids=["3", "2.8"]
)
def test_lost_range_is_reported_if_the_registry_would_look_at_it(program: str, found: list[str]) -> None:
    checks = [check for check in CHECKS if check.id == "upload-out-of-order"]
    with RealRegistry(tool(program), CONFIG) as real:
        proxy = instead("PATCH", ANY, _without_range)(Forwarding(real.url))
        with serving(proxy) as url, Running(url).connect() as client:
            report = run_checks(client, checks)
    assert [finding.id for finding in report.findings] == found
