"""A run against the reference registry: what it changes, its leftovers, and interrupts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry_gitops.registry import AccessLogEntry, ReferenceRegistry
from registry_gitops.report import Outcome, Report
from registry_gitops.smoke import (
    CHECKS,
    Check,
    CheckFailed,
    Context,
    Interrupted,
    Level,
    NoResponseError,
    Options,
    checks_for_level,
    connect,
    run_checks,
)
from registry_gitops.smoke.checks.blobs import blob_get
from registry_gitops.smoke.checks.uploads import upload_monolithic
from tests.smoke.stub import OK, answering, status

SMALL = Options(layer_size=2_500_000)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceRegistry() as registry:
        yield registry.url


def bad(report: Report) -> list[tuple[str, str]]:
    return [(finding.id, finding.message) for finding in report.findings]


def test_all_checks_pass_on_the_reference_registry(url: str) -> None:
    with connect(url) as client:
        report = run_checks(client, CHECKS, options=SMALL)
    assert bad(report) == []
    assert [result.id for result in report.checks] == [check.id for check in CHECKS]
    assert report.counts()[Outcome.PASSED] >= 50
    assert report.subject == url


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_passes_alone(check: Check, url: str) -> None:
    with connect(url) as client:
        report = run_checks(client, [check], options=SMALL)
    assert bad(report) == []
    assert [line for line in report.leftovers if "name of the empty" not in line] == []


def test_level_read_sends_only_get_and_head() -> None:
    entries: list[AccessLogEntry] = []
    with ReferenceRegistry(access_log=entries.append) as registry, connect(registry.url) as client:
        run_checks(client, checks_for_level(CHECKS, Level.READ))
    assert {entry.method for entry in entries} == {"GET", "HEAD"}


def test_run_deletes_what_it_pushed() -> None:
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        report = run_checks(client, CHECKS, options=SMALL)
        tags = client.request("GET", "/v2/registry-gitops/smoke/tags/list")
        again = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
    assert report.leftovers == (
        "the name of the empty repository registry-gitops/smoke",
        "the name of the empty repository registry-gitops/smoke-other",
    )
    assert b'"tags":[]' in tags.body.replace(b" ", b"")
    assert bad(again) == []


def test_leftovers_list_exactly_what_remains(tmp_path: Path) -> None:
    with ReferenceRegistry(tmp_path, delete=False) as registry, connect(registry.url) as client:
        report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
        told = {line.partition(" with ")[0] for line in report.leftovers}
        there = set()
        for name in ("registry-gitops/smoke", "registry-gitops/smoke-other"):
            for kind, folder in (("manifest", "_manifests/revisions"), ("blob", "_layers")):
                below = tmp_path / "docker/registry/v2/repositories" / name / folder / "sha256"
                there |= {f"{kind} {name}@sha256:{each.name}" for each in below.iterdir()} if below.is_dir() else set()
    assert bad(report) == []
    assert told == there
    tagged = next(line for line in report.leftovers if "smoke-kept-tag-list-a" in line)
    assert " with the tags smoke-kept-tag-list-B.2_c, smoke-kept-tag-list-a, " in tagged


def test_second_run_leaves_what_the_first_left(tmp_path: Path) -> None:
    def stored() -> set[str]:
        return {
            str(path.relative_to(tmp_path))
            for path in tmp_path.rglob("*")
            if not {"_uploads", "_scratch"} & {*path.parts}
        }

    with ReferenceRegistry(tmp_path, delete=False) as registry, connect(registry.url) as client:
        first = bad(run_checks(client, CHECKS, options=SMALL))
        left = stored()
        assert (first, bad(run_checks(client, CHECKS, options=SMALL))) == ([], [])
    assert stored() == left


def test_concurrent_runs_do_not_interfere(url: str) -> None:
    def one(_: int) -> list[tuple[str, str]]:
        with connect(url) as client:
            return bad(run_checks(client, checks_for_level(CHECKS, Level.SMOKE)))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == [[], [], [], []]


def test_run_keeps_images_of_others(url: str) -> None:
    body = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    with connect(url) as client:
        place = "/v2/registry-gitops/smoke/manifests/somebodys"
        kind = {"Content-Type": "application/vnd.oci.image.index.v1+json"}
        assert client.request("PUT", place, body, kind).status == 201
        run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
        assert client.request("GET", place).body == body
        client.request("DELETE", place)


def test_interrupt_cleans_up_and_returns_the_report(url: str) -> None:
    def interrupt(check: Check) -> None:
        if check.id == "tag-moved":
            raise KeyboardInterrupt

    with connect(url) as client, pytest.raises(Interrupted) as caught:
        run_checks(client, CHECKS, workers=1, on_start=interrupt)
    report = caught.value.report
    ids = [check.id for check in CHECKS]
    assert {check.id for check in report.checks} >= set(ids[ids.index("upload-monolithic") : ids.index("tag-moved")])
    assert "tag-moved" not in {check.id for check in report.checks}
    assert [line for line in report.leftovers if "name of the empty" not in line] == []


def test_interrupt_during_cleanup_lists_leftovers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(url) as client:
        send = client.request

        def no_more(method: str, path: str, *more: object, **options: object) -> object:
            if method == "DELETE" and "/manifests/" in path:
                raise KeyboardInterrupt
            return send(method, path, *more, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(client, "request", no_more)
        with pytest.raises(Interrupted) as caught:
            run_checks(client, [check for check in CHECKS if check.id == "tag-list"], run_id="55")
    assert [
        line for line in caught.value.report.leftovers if line.startswith("manifest ") and "smoke-55-tag-list-a" in line
    ]


def test_failed_push_fails_one_check_and_skips_the_others() -> None:
    with answering(OK, status(507)) as stub, connect(stub.url) as client:
        report = run_checks(client, [upload_monolithic, blob_get])
    first, second = report.checks
    (finding,) = report.findings
    assert (first.outcome, second.outcome) == (Outcome.FAILED, Outcome.SKIPPED)
    assert finding.id == first.id
    assert "507" in finding.message
    assert "persistence.size" in finding.remedy
    assert second.message == "pushes fail: see upload-monolithic"


def test_unresponsive_registry_skips_the_other_checks() -> None:
    with ReferenceRegistry() as registry:
        client = connect(registry.url, retries=0)
        run_checks(client, [blob_get])
    report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
    (broken,) = [result for result in report.checks if result.outcome is Outcome.ERROR]
    others = [result for result in report.checks if result is not broken]
    assert {result.outcome for result in others} == {Outcome.SKIPPED}
    assert {result.message for result in others} == {f"the registry no longer responds: see {broken.id}"}
    assert report.leftovers == ()


def test_internal_error_is_raised_after_cleanup(url: str) -> None:
    def broken(context: Context) -> None:
        context.repository.push(context.make_image(), context.make_tag("a"))
        raise ZeroDivisionError

    ours = Check(**{**vars(blob_get), "run": broken})
    with connect(url) as client:
        with pytest.raises(ZeroDivisionError):
            run_checks(client, [ours], run_id="77")
        assert client.request("GET", "/v2/registry-gitops/smoke/manifests/smoke-77-blob-get-a").status == 404


def test_finding_has_the_evidence_of_its_check(url: str) -> None:
    def fails(context: Context) -> None:
        context.client.request("GET", "/v2/nothing/manifests/here")
        raise CheckFailed("so it is", "Change `http.relativeUrls`.")

    with connect(url) as client:
        (finding,) = run_checks(client, [Check(**{**vars(blob_get), "needs": frozenset(), "run": fails})]).findings
    assert (finding.message, finding.remedy) == ("so it is", "Change `http.relativeUrls`.")
    assert finding.evidence[0] == f"> GET {url}/v2/nothing/manifests/here"
    assert "< 404 Not Found" in finding.evidence
    assert "NAME_UNKNOWN" in finding.evidence[-1] or "MANIFEST_UNKNOWN" in finding.evidence[-1]


def test_evidence_keeps_the_first_and_last_requests(url: str) -> None:
    def asks(context: Context) -> None:
        for number in range(100):
            context.client.request("HEAD", f"/v2/n{number}/manifests/x")

    with connect(url) as client:
        (result,) = run_checks(client, [Check(**{**vars(blob_get), "needs": frozenset(), "run": asks})]).checks
    assert "/v2/n0/" in result.evidence[0]
    assert "(76 exchanges left out)" in result.evidence
    assert [line for line in result.evidence if "/v2/n99/" in line]
    assert len(result.evidence) < 200


def test_missing_response_is_an_error_with_a_remedy() -> None:
    def silent(context: Context) -> None:
        raise NoResponseError("GET /v2/", "no response within the timeout", OSError(), "http://storage.invalid/x")

    with answering(OK) as stub, connect(stub.url) as client:
        report = run_checks(client, [Check(**{**vars(blob_get), "needs": frozenset(), "run": silent})])
    assert report.checks[0].outcome is Outcome.ERROR
    assert "configuration.storage.redirect.disable" in report.findings[0].remedy
