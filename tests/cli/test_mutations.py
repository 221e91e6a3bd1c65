"""Whatever a file holds, there is an exit code and a line: never a traceback."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_gitops.cli import main

pytestmark = pytest.mark.tools

STARTER = """\
name: docker-registry
namespace: docker-registry
source: {type: oci, url: "oci://registry.example.com/charts/docker-registry"}
release:
  interval: 10m
  dependsOn:
    - name: other
values:
  replicaCount: 1
  image: {tag: "3.1.1"}
  persistence: &volume
    size: 10Gi
    accessModes: [ReadWriteOnce]
  ingress:
    enabled: true
    hostname: registry.example.com
  extraEnvVars:
    - name: A
      value: |
        several
        lines
  configuration:
    log: {level: info}
kustomization:
  resources: [secret.yaml]
"""
TOKENS = re.findall(r"\w+|\s+|[^\w\s]", STARTER)
PIECES = st.one_of(
    st.sampled_from(
        [*"\t\n :,-[]{}&*!|>'\"%@`#?\0\x85\ufeff", "<<", "---\n", "...\n", "null", "~", "1e3", "12:30", "-1"]
    ),
    st.sampled_from(TOKENS),
    st.text(max_size=4),
    st.integers().map(str),
)
Edit = tuple[int, int, str]
EDITS = st.lists(st.tuples(st.integers(0, len(TOKENS)), st.integers(0, 3), PIECES), min_size=1, max_size=3)


def mutated(edits: list[Edit]) -> str:
    """The starter with some tokens replaced: each edit is (where, how many, by what)."""
    tokens = list(TOKENS)
    for where, count, piece in edits:
        tokens[where : where + count] = [piece]
    return "".join(tokens)


def run(content: bytes) -> tuple[int, str, str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
    ):
        path = Path(folder, "registry.yaml")
        path.write_bytes(content)
        code = main(["render", os.fspath(path), "--stdout"])
        return code, out.getvalue(), err.getvalue().replace(os.fspath(path), "registry.yaml")


def is_a_clean_end(code: int, out: str, err: str) -> None:
    assert code in (0, 1, 2), err
    assert "Traceback" not in err
    if code == 2:
        assert out == ""
        assert all(re.match(r"registry\.yaml(:\d+:\d+)?: \S", line) for line in err.splitlines()), err
    if code == 0:
        assert out.startswith("---\n")


@given(EDITS)
@settings(max_examples=200, deadline=None)
def test_a_mutated_description_never_gives_a_traceback(edits: list[Edit]) -> None:
    is_a_clean_end(*run(mutated(edits).encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_never_give_a_traceback(content: bytes) -> None:
    is_a_clean_end(*run(content))
