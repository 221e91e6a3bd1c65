"""Where kustomize is not at hand, overlays are not built, and a note says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.validation import examine


def test_a_note_says_that_overlays_are_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    Path("namespace.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: images}\n")
    Path("kustomization.yaml").write_text(
        "resources: [namespace.yaml]\n"
        "patches: [{target: {kind: Namespace}, patch: '{metadata: {labels: {team: a}}}'}]\n"
    )
    examination = examine(["."])
    assert examination.findings == ()
    assert [note for note in examination.notes if "kustomize" in note] != []
