"""A registry that announces OCI-Chunk-Min-Length is right: every upload in chunks obeys it."""

from __future__ import annotations

import pytest

from registry_gitops.registry.messages import Request, Response
from registry_gitops.report import Outcome
from tests.smoke.mutants.breaking import (
    SESSION,
    UPLOADS,
    Change,
    Core,
    answered,
    both,
    error,
    header,
    instead,
    received,
)
from tests.smoke.mutants.running import report_on

MIB = 1024 * 1024


def _demands(size: int) -> Change:
    """Chunks of fewer bytes are refused, even the last one."""

    def answer(right: Core, request: Request) -> Response:
        if request.body.length is not None and request.body.length < size:
            received(request)
            return error(416, "BLOB_UPLOAD_INVALID")
        return right(request)

    announced = answered("POST", UPLOADS, header("OCI-Chunk-Min-Length", str(size)), status=202)
    return both(instead("PATCH", SESSION, answer), announced)


@pytest.mark.parametrize("size", [4096, 5 * MIB], ids=["4 KiB", "5 MiB, as S3"])
def test_chunks_are_as_large_as_the_registry_demands(size: int) -> None:
    report = report_on(_demands(size))
    assert [f"{finding.id}: {finding.message}" for finding in report.findings] == []
    assert next(check for check in report.checks if check.id == "upload-chunked").outcome is Outcome.PASSED


def test_no_upload_in_chunks_is_tried_if_they_must_be_huge() -> None:
    report = report_on(_demands(1024 * MIB))
    assert [f"{finding.id}: {finding.message}" for finding in report.findings] == []
    skipped = {check.id: check.message for check in report.checks if check.outcome is Outcome.SKIPPED}
    assert skipped["upload-chunked"] == "the registry demands chunks of at least 1073741824 bytes"
