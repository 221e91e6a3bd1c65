"""The states that users reported: status names the cause, however the cluster words it, and whatever surrounds it."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from registry_gitops.cluster.status import CauseId, Status, assess, format_status
from registry_gitops.cluster.status import causes as causes_of_status
from registry_gitops.cluster.status.causes import cluster_phrases
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.findings import Severity

from .deployments import NAMES
from .states.mutations import MUTATIONS
from .states.state import Change, State
from .states.table import STATES

pytestmark = pytest.mark.exhaustive

WIDE = 10_000
"""Columns of a text whose lines are not wrapped."""

all_states = pytest.mark.parametrize("state", STATES, ids=lambda state: state.title)


def causes(status: Status) -> tuple[str, ...]:
    return tuple(cause.id.value for cause in status.findings)


@all_states
def test_cause_is_named_with_its_words(state: State) -> None:
    status = assess(state.snapshot)
    assert (causes(status), status.ready) == (state.causes, state.ready)
    first, *_ = (*status.findings, None)
    said = " ".join((first.message, *first.evidence)) if first else ""
    remedy = first.remedy if first else ""
    assert [words for words in state.says if words not in said] == [], said
    assert [words for words in state.remedy if words not in remedy] == [], remedy
    text = format_status(status, width=WIDE)
    assert [words for words in state.never if words in text] == [], text


@all_states
def test_severity_follows_from_readiness(state: State) -> None:
    status = assess(state.snapshot)
    severities = [cause.severity for cause in status.findings]
    if status.ready:
        assert set(severities) <= {Severity.WARNING}
    else:
        assert severities[0] is Severity.ERROR
        assert status.summary == status.findings[0].message
    assert all(cause.message and cause.remedy for cause in status.findings)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_mutation_does_not_change_the_cause(mutate: Change) -> None:
    changed = [state for state in STATES if causes(assess(mutate(state.snapshot))) != state.causes]
    assert [state.title for state in changed] == []


CREDENTIALS = (
    "https://hunter2@git.example.com/fleet.git",
    "oci://user:hunter2@ghcr.io/charts",
    "https://bucket.s3.example.com/chart.tgz?X-Amz-Credential=hunter2%2F2026&X-Amz-Signature=hunter2",
    "https://account.blob.core.windows.net/charts?sv=2026&sig=hunter2%2Fhunter2%3D",
    "ghp_hunter2abcdefgh0123456789abcdefgh",
    "bearer token: hunter2abc",
)
STRUCTURE = {
    *("kind", "apiVersion", "metadata", "name", "namespace", "type", "status", "reason", "phase", "id"),
    *("involvedObject", "sourceRef", "chartRef", "helmChart"),
    *("nodeName", "claimName", "volumeName", "storageClassName"),
}
"""Keys whose texts connect objects, and can hold no credential."""


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_credential_of_any_object_is_shown(credential: str) -> None:
    for state in STATES:
        logs = {name: f"{log}\nerror: {credential}" for name, log in state.snapshot.logs.items()}
        objects = tuple(Object(with_text(thing.data, credential)) for thing in state.snapshot.objects)
        status = assess(replace(state.snapshot, objects=objects, logs=logs))
        assert status.ready is state.ready, state.title
        assert "hunter2" not in format_status(status) + status.to_json(), state.title


def with_text(value: Any, text: str) -> Any:
    """Return an object with a text after each of its texts."""
    if isinstance(value, Mapping):
        return {
            key: inner if key in STRUCTURE or key.endswith(("Time", "Timestamp", "At")) else with_text(inner, text)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [with_text(inner, text) for inner in value]
    return f"{value} {text}" if isinstance(value, str) else value


def test_titles_are_unique() -> None:
    titles = [state.title for state in STATES]
    assert sorted(set(titles)) == sorted(titles)


def test_every_recording_is_a_state() -> None:
    assert sorted(state.recording for state in STATES if state.recording) == NAMES


def test_every_cause_has_a_state() -> None:
    assert {id_.value for id_ in CauseId} - {cause for state in STATES for cause in state.causes} == set()


def test_every_phrase_is_the_first_that_fits_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    found: set[str] = set()

    def search(pattern: str, text: str) -> re.Match[str] | None:
        match = real(pattern, text)
        if match:
            found.add(pattern)
        return match

    real = cluster_phrases._search
    monkeypatch.setattr(cluster_phrases, "_search", search)
    for state in STATES:
        assess(state.snapshot)
    assert {phrase.pattern for table in list_tables() for phrase in table} - found == set()


def list_tables() -> Iterator[tuple[Phrase, ...]]:
    for module in pkgutil.walk_packages(causes_of_status.__path__, f"{causes_of_status.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, tuple) and value and all(isinstance(item, Phrase) for item in value):
                yield value
