"""A comment silences the findings of its line, and is a finding if it silences nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.validation import ValidationOptions, examine

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n  namespace: apps\ndata:\n"


def ids(folder: Path, text: str, options: ValidationOptions | None = None) -> list[str]:
    (folder / "config.yaml").write_text(OBJECT + text)
    return sorted(finding.id for finding in examine([str(folder)], options).findings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a: 1\n  a: 2\n", ["duplicate-key", "wrong-type", "wrong-type"]),
        ("  a: x\n  a: y # registry-gitops: ignore=duplicate-key the last one counts\n", []),
        ("  a: x\n  # registry-gitops: ignore=duplicate-key the last one counts\n  a: y\n", []),
        ("  a: x\n  # registry-gitops: ignore=duplicate-key why\n  # more words\n  a: y\n", []),
        ("  a: x #registry-gitops:ignore=duplicate-key why\n  a: y\n", ["duplicate-key", "unused-suppression"]),
        ("  a: x\n  # registry-gitops: ignore=duplicate-key why\n\n  a: y\n", ["duplicate-key", "unused-suppression"]),
        ("  a: '# registry-gitops'\n", []),
        ("  a: [ # registry-gitops: ignore=syntax-error why\n", ["syntax-error", "unused-suppression"]),
        ("  a: x\n# registry-gitops: ignore=duplicate-key\n# registry-gitops: ignore=floating-tag why\n  a: y\n", None),
    ],
)
def test_comment_silences_its_line_or_the_next(tmp_path: Path, text: str, expected: list[str] | None) -> None:
    found = [id_ for id_ in ids(tmp_path, text) if id_ != "wrong-type"]
    wanted = ["suppression-without-reason", "unused-suppression"] if expected is None else expected
    assert found == [id_ for id_ in wanted if id_ != "wrong-type"]


def test_comment_for_a_rule_that_did_not_run_is_not_unused(tmp_path: Path) -> None:
    text = "  a: x # registry-gitops: ignore=duplicate-key why\n"
    assert ids(tmp_path, text) == ["unused-suppression"]
    assert ids(tmp_path, text, ValidationOptions(skip=frozenset(["duplicate-key"]))) == []
    assert ids(tmp_path, text, ValidationOptions(only=frozenset(["syntax-error", "unused-suppression"]))) == []
    assert ids(tmp_path, text, ValidationOptions(skip=frozenset(["unused-suppression"]))) == []
