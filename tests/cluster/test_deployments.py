"""Statuses of real deployments: the causes in their order, and the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.cluster.status import CauseId, Status, assess, format_status
from registry_gitops.findings import Severity

from .deployments import NAMES, load_snapshot

TEXTS = Path(__file__).parent / "text"

READY = {
    "ready": [],
    "stopped": [],
    "edited-by-hand": ["drifted"],
    "drift-undone": [],
    "release-suspended": ["suspended"],
    "kustomization-suspended": ["suspended"],
    "git-fails": ["git-failed"],
    "apply-fails": ["apply-failed"],
    "git-ahead": ["in-progress"],
}
"""Snapshots of deployments that are ready -> their causes, all of them warnings."""

NOT_READY = {
    "just-applied": ["in-progress"],
    "image-not-pulled": ["image-not-pulled"],
    "upgrade-fails": ["image-not-pulled"],
    "retries-exhausted": ["image-not-pulled", "retries-exhausted"],
    "no-such-storage-class": ["volume-not-bound"],
    "claim-missing": ["volume-not-bound"],
    "stopped-before-it-ran": ["volume-not-bound"],
    "pod-forbidden": ["pod-forbidden"],
    "quota-exceeded": ["quota-exceeded"],
    "no-such-node": ["unschedulable"],
    "secret-missing": ["secret-missing"],
    "secret-of-environment-missing": ["secret-missing"],
    "values-secret-missing": ["secret-missing"],
    "crash-loop": ["crash-loop"],
    "out-of-memory": ["crash-loop"],
    "probe-fails": ["not-healthy"],
    "values-refused": ["values-refused"],
    "values-refused-by-upgrade": ["values-refused"],
    "source-not-found": ["source-not-found"],
    "source-refused": ["source-failed"],
    "source-without-route": ["source-failed"],
    "chart-not-in-git": ["chart-not-found"],
    "chart-not-in-index": ["chart-not-found"],
    "chart-not-in-registry": ["chart-not-found"],
    "tag-not-in-registry": ["chart-not-found"],
    "namespace-missing": ["apply-failed", "not-applied"],
    "deployment-deleted": ["workload-gone"],
    "scaled-by-hand": ["in-progress", "drifted"],
    "scaled-to-0-by-hand": ["drifted"],
}
"""Snapshots of deployments that are not ready -> their causes, the root cause first."""


def causes(status: Status) -> list[str]:
    return [cause.id.value for cause in status.findings]


def test_every_snapshot_is_in_a_table() -> None:
    assert sorted([*READY, *NOT_READY]) == NAMES


@pytest.mark.parametrize("name", READY)
def test_running_deployment_is_ready_with_warnings_only(name: str) -> None:
    status = assess(load_snapshot(name))
    assert (status.ready, causes(status)) == (True, READY[name])
    assert {cause.severity for cause in status.findings} <= {Severity.WARNING}


@pytest.mark.parametrize("name", NOT_READY)
def test_deployment_that_does_not_run_has_its_root_cause_first(name: str) -> None:
    status = assess(load_snapshot(name))
    assert (status.ready, causes(status)) == (False, NOT_READY[name])
    assert status.findings[0].severity is Severity.ERROR
    assert status.summary == status.findings[0].message


@pytest.mark.parametrize("name", NAMES)
def test_text_matches_its_golden_file(name: str, update_goldens: bool) -> None:
    text = format_status(assess(load_snapshot(name)), width=110)
    golden = TEXTS / f"{name}.txt"
    if update_goldens:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("name", READY)
def test_text_of_a_running_deployment_fits_a_screen(name: str) -> None:
    assert len(format_status(assess(load_snapshot(name)), width=80).splitlines()) <= 24


def test_every_golden_file_has_a_snapshot() -> None:
    assert sorted(path.stem for path in TEXTS.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_cause_has_a_remedy(name: str) -> None:
    for cause in assess(load_snapshot(name)).findings:
        assert cause.remedy
        assert cause.message


def test_every_cause_has_a_snapshot_or_a_test_of_a_changed_one() -> None:
    seen_causes = {id_ for ids in (*READY.values(), *NOT_READY.values()) for id_ in ids}
    # test_assessment.py and test_last_collection.py test them with changed snapshots.
    made = {"volume-held", "flux-missing", "not-observed", "release-failed", "collection-failed", "left-read-only"}
    assert seen_causes | made == {id_.value for id_ in CauseId}
    assert not seen_causes & made
