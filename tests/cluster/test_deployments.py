"""What `status` makes of real deployments: the causes, in their order, and the text that a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.cluster.status import CauseId, Status, assess, format_status
from registry_gitops.findings import Severity

from .deployments import NAMES, seen

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
"""Deployments that are ready, and what is said of them all the same."""

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
"""Deployments that are not, and why; the root first."""


def causes(status: Status) -> list[str]:
    return [cause.id.value for cause in status.findings]


def test_every_deployment_that_was_seen_is_in_a_table() -> None:
    assert sorted([*READY, *NOT_READY]) == NAMES


@pytest.mark.parametrize("name", READY)
def test_a_deployment_that_runs_is_ready_whatever_there_is_to_say_of_it(name: str) -> None:
    status = assess(seen(name))
    assert (status.ready, causes(status)) == (True, READY[name])
    assert {cause.severity for cause in status.findings} <= {Severity.WARNING}


@pytest.mark.parametrize("name", NOT_READY)
def test_a_deployment_that_does_not_run_says_why_the_root_first(name: str) -> None:
    status = assess(seen(name))
    assert (status.ready, causes(status)) == (False, NOT_READY[name])
    assert status.findings[0].severity is Severity.ERROR
    assert status.summary == status.findings[0].message


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_as_it_was_read_in_review(name: str, update_goldens: bool) -> None:
    text = format_status(assess(seen(name)), width=110)
    golden = TEXTS / f"{name}.txt"
    if update_goldens:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("name", READY)
def test_the_text_of_a_deployment_that_runs_fits_a_screen(name: str) -> None:
    assert len(format_status(assess(seen(name)), width=80).splitlines()) <= 24


def test_there_is_no_text_of_a_deployment_that_is_gone() -> None:
    assert sorted(path.stem for path in TEXTS.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_cause_tells_what_to_do(name: str) -> None:
    for cause in assess(seen(name)).findings:
        assert cause.remedy
        assert cause.message


def test_every_cause_was_seen_but_for_those_that_one_node_cannot_have() -> None:
    seen_causes = {id_ for ids in (*READY.values(), *NOT_READY.values()) for id_ in ids}
    # Tested by a change of what was seen, in test_changes.py.
    made = {"volume-held", "flux-missing", "not-observed", "release-failed"}
    assert seen_causes | made == {id_.value for id_ in CauseId}
    assert not seen_causes & made
