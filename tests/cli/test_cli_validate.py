"""`validate`: its exit codes, its text, and its reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from registry_gitops.cli.reports import ReportFormat
from registry_gitops.rules import RULES
from tests.cli.running import Run

GOOD = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: images\n"
ERROR = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0.0
      comand: [sh]
"""
WARNING = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - name: app
          image: nginx:latest
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_fine_is_one_line_with_what_was_looked_at(cli: Run) -> None:
    Path("a.yaml").write_text(GOOD)
    done = cli("validate", "a.yaml")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"1 file with 1 object in \d\.\d s: no findings\n", done.out)


def test_an_error_has_its_place_what_to_do_and_exit_code_1(cli: Run) -> None:
    Path("a.yaml").write_text(f"{GOOD}---\n{ERROR}")
    done = cli("validate")
    finding, remedy, summary = done.out.splitlines()
    assert done.code == 1
    assert finding.startswith("a.yaml:14:7: error: spec.containers[0].comand: Pod/app: ")
    assert finding.endswith(" [unknown-field]")
    assert remedy.startswith("    ")
    assert re.fullmatch(r"1 file with 2 objects in \d\.\d s: 1 error", summary)


def test_a_warning_fails_only_if_it_is_told_to(cli: Run) -> None:
    Path("a.yaml").write_text(WARNING)
    assert cli("validate").code == 0
    done = cli("validate", "--fail-on", "warning")
    assert done.code == 1
    assert "a.yaml:12:18: warning: " in done.out


def test_rules_are_chosen_and_left_out(cli: Run) -> None:
    Path("a.yaml").write_text(f"{ERROR}---\n{WARNING}")
    assert cli("validate", "--rule", "floating-tag").code == 0
    assert cli("validate", "--skip-rule", "unknown-field").code == 0
    assert cli("validate", "--rule", "floating-tag", "--skip-rule", "floating-tag").out.endswith("no findings\n")


def test_every_rule_is_listed(cli: Run) -> None:
    lines = cli("validate", "--list-rules").out.splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.id, rule.severity] for rule in RULES]


@pytest.mark.parametrize("format_", ReportFormat)
def test_report_is_all_that_is_printed_and_has_the_finding(cli: Run, format_: ReportFormat) -> None:
    Path("a.yaml").write_text(ERROR)
    done = cli("validate", "-o", format_, "-o", "json=report.json")
    assert (done.code, done.err) == (1, "")
    assert "unknown-field" in done.out
    report = json.loads(Path("report.json").read_text("utf-8"))
    (finding,) = report["findings"]
    assert finding["location"] | {"object": ""} == {
        "file": "a.yaml",
        "line": 9,
        "column": 7,
        "key": "spec.containers[0].comand",
        "object": "",
    }
    failed = [check for check in report["checks"] if check["outcome"] == "failed"]
    assert [check["id"] for check in failed] == ["unknown-field"]
    assert "Why: " in failed[0]["explanation"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "missing.yaml: "),
        (["--rule", "nonsense"], "Invalid value for --rule: unknown rule"),
        (["--chart", "podinfo"], "Invalid value for '--chart': \"podinfo\" is no NAME=PATH"),
        (["--chart", "podinfo=."], "no chart: . has no Chart.yaml"),
        (["--kubernetes-version", "1.20"], "'1.20' is not one of"),
        (["--jobs", "0"], "is not a whole number from 1 to 64"),
        (["-o", "yaml"], "is not text, json, junit, sarif, github, html"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_code_2(cli: Run, arguments: list[str], message: str) -> None:
    done = cli("validate", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_rules_for_a_config_file_are_skipped_if_there_is_none(cli: Run) -> None:
    Path("a.yaml").write_text(GOOD)

    def outcomes() -> dict[str, str]:
        report = json.loads(cli("validate", "-o", "json").out)
        return {check["id"]: check["outcome"] for check in report["checks"]}

    without = outcomes()
    assert (without["slow-revert"], without["unknown-field"]) == ("skipped", "passed")
    Path("registry.yaml").write_text("source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n")
    assert outcomes()["slow-revert"] == "passed"
