"""The text of the status of real deployments."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.cluster.status import assess, format_status

from .deployments import NAMES, load_snapshot
from .states.table import STATES

TEXTS = Path(__file__).parent / "text"


@pytest.mark.parametrize("name", NAMES)
def test_text_matches_its_golden_file(name: str, update_goldens: bool) -> None:
    text = format_status(assess(load_snapshot(name)), width=110)
    golden = TEXTS / f"{name}.txt"
    if update_goldens:
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("name", [state.recording for state in STATES if state.recording and state.ready])
def test_facts_of_a_running_deployment_fit_a_screen(name: str) -> None:
    status = assess(load_snapshot(name)).model_copy(update={"findings": (), "events": ()})
    assert len(format_status(status, width=80).splitlines()) <= 24


def test_every_golden_file_has_a_snapshot() -> None:
    assert sorted(path.stem for path in TEXTS.iterdir()) == NAMES
