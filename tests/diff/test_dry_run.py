"""What kubectl prints of an object that it tries to apply, word for word, and what that means."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.cluster import ClusterError, Kubectl
from registry_gitops.diff.dry_run import Trial, try_to_apply

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b"}}
Printing = Callable[[str], None]


@pytest.fixture
def kubectl_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Printing:
    """Put a kubectl on PATH that prints this on stderr, and fails."""

    def put(stderr: str) -> None:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(stderr)} >&2\nexit 1\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


def trial() -> Trial:
    (found,) = try_to_apply(Kubectl(), [CONFIG_MAP], "default", "helm-controller")
    return found


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        (
            'The Deployment "a" is invalid: spec.selector: Invalid value: {}: field is immutable',
            Trial(refusal='The Deployment "a" is invalid: spec.selector: Invalid value: {}: field is immutable'),
        ),
        (
            'Error from server (Forbidden): persistentvolumeclaims "a" is forbidden: exceeded quota: q',
            Trial(refusal='persistentvolumeclaims "a" is forbidden: exceeded quota: q'),
        ),
        (
            'Error from server (Forbidden): configmaps "a" is forbidden: User "u" cannot patch resource "configmaps"',
            Trial(is_unknown=True),
        ),
        ('Error from server (NotFound): namespaces "b" not found', Trial()),
        (
            'error: resource mapping not found for name: "a" from "f": no matches for kind "B" in version "v2"',
            Trial(refusal='resource mapping not found for name: "a" from "f": no matches for kind "B" in version "v2"'),
        ),
    ],
)
def test_answer_of_the_api_server_is_told_apart(kubectl_prints: Printing, stderr: str, expected: Trial) -> None:
    kubectl_prints(stderr)
    assert trial() == expected


def test_cluster_that_does_not_answer_is_no_refusal(kubectl_prints: Printing) -> None:
    kubectl_prints("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?")
    with pytest.raises(ClusterError, match="was refused: check the context"):
        trial()
