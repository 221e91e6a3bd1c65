"""Findings of rules, at their lines in the config file."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.deployment import locate_findings
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location

TEXT = """\
name: registry
values:
  podAnnotations:
    example.com/team: platform
  extraEnvVars:
    - {name: A, value: b}
    - name: C
      value: d
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(TEXT)
    return path


def finding(key: str = "", file: str | None = None) -> Finding:
    return Finding(id="rule", message="is wrong", location=Location(file=file, key=key))


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        ("name", 1, 7),
        ("values", 3, 3),
        ("values.extraEnvVars[1].value", 8, 14),
        ("values.podAnnotations.example.com/team", 4, 23),
        # Not in the file: the section that it belongs to.
        ("values.auth.htpasswd.password", 3, 3),
        ("values.extraEnvVars[1].valueFrom", 7, 7),
        ("values.extraEnvVars[10]", 6, 5),
        # Nothing on the way is in the file, or nothing is known.
        ("namespace", None, None),
        ("nam", None, None),
        ("", None, None),
    ],
)
def test_finding_gets_the_position_of_its_key(config: Path, key: str, line: int | None, column: int | None) -> None:
    (located,) = locate_findings(config, [finding(key)])
    assert located.location == Location(str(config), line, column, key)


def test_finding_at_another_file_stays_as_it_is(config: Path) -> None:
    elsewhere = finding("name", file="other.yaml")
    assert locate_findings(config, [elsewhere]) == (elsewhere,)


def test_finding_of_a_python_file_gets_the_file(tmp_path: Path) -> None:
    (located,) = locate_findings(tmp_path / "registry.py", [finding("name")])
    assert located.location == Location(str(tmp_path / "registry.py"), key="name")


def test_config_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        locate_findings(tmp_path / "registry.yaml", [finding("name")])
