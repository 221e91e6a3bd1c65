"""`render --output`: what a report holds, where it goes, and that exit codes stay as they are without one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cli.reports import ReportFormat
from registry_gitops.rules import DEPLOYMENT_RULES
from tests.cli.running import Run

SMALL = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"
PASSWORD = f"{SMALL}values: {{auth: {{htpasswd: {{enabled: true, username: ci, password: hunter2}}}}}}\n"
RULE_IDS = [rule.id for rule in DEPLOYMENT_RULES]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(SMALL)
    return path


def report_of(text: str) -> Any:
    return json.loads(text)


def outcomes(report: Any) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in report["checks"]}


@pytest.mark.parametrize("format_", ReportFormat)
def test_render_writes_a_report_in_each_format_to_a_file_and_prints_as_without_it(
    cli: Run, tmp_path: Path, config: Path, format_: ReportFormat
) -> None:
    done = cli("render", "-o", f"{format_}=report")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("create README.md\n")
    assert "registry-gitops render" in (tmp_path / "report").read_text("utf-8")


@pytest.mark.parametrize("format_", ReportFormat)
def test_report_on_stdout_is_all_that_render_prints(cli: Run, config: Path, format_: ReportFormat) -> None:
    config.write_text(PASSWORD)
    done = cli("render", "--check", "-o", format_)
    assert (done.code, done.err) == (1, "")
    assert "plaintext-password" in done.out
    assert "hunter2" not in done.out


def test_report_has_problems_of_the_config_file_with_line_and_column(cli: Run, config: Path) -> None:
    config.write_text(f"{SMALL}nmae: x\nvalues: {{replicaCount: two}}\n")
    done = cli("render", "-o", "json")
    assert (done.code, done.err) == (2, "")
    report = report_of(done.out)
    assert outcomes(report) == dict.fromkeys(RULE_IDS, "skipped")
    found = [(finding["id"], finding["severity"], finding["location"]) for finding in report["findings"]]
    assert found == [
        ("unknown-key", "error", {"file": "registry.yaml", "line": 2, "column": 1, "key": "nmae"}),
        ("invalid-value", "error", {"file": "registry.yaml", "line": 3, "column": 24, "key": "values.replicaCount"}),
    ]
    assert report["apiVersion"] == "registry-gitops/report/v2"
    assert report["subject"] == "registry.yaml"


@pytest.mark.parametrize(
    ("name", "text", "finding_id"),
    [
        ("registry.yaml", "a: [\n", "syntax-error"),
        ("registry.py", "def\n", "syntax-error"),
        ("registry.py", "1 / 0\n", "python-error"),
    ],
)
def test_report_has_errors_of_the_file_itself(cli: Run, tmp_path: Path, name: str, text: str, finding_id: str) -> None:
    (tmp_path / name).write_text(text)
    done = cli("render", name, "-o", "json=report.json")
    assert done.code == 2
    assert done.err.startswith(f"{name}:")
    (finding,) = report_of((tmp_path / "report.json").read_text("utf-8"))["findings"]
    assert (finding["id"], finding["location"]["file"]) == (finding_id, name)
    assert finding["location"]["line"] >= 1


def test_report_has_findings_of_rules_at_file_and_key(cli: Run, tmp_path: Path, config: Path) -> None:
    config.write_text(PASSWORD)
    done = cli("render", "-o", "json=report.json")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("registry.yaml:2:67: error: values.auth.htpasswd.password: this password would be")
    report = report_of((tmp_path / "report.json").read_text("utf-8"))
    assert outcomes(report) == dict.fromkeys(RULE_IDS, "passed") | {"plaintext-password": "failed"}
    (finding,) = report["findings"]
    at = {"file": "registry.yaml", "line": 2, "column": 67, "key": "values.auth.htpasswd.password"}
    assert finding["location"] == at


def test_rule_that_is_allowed_is_skipped(cli: Run, config: Path) -> None:
    config.write_text(PASSWORD)
    done = cli("render", "-o", "json", "--allow", "plaintext-password")
    assert done.code == 0
    report = report_of(done.out)
    assert outcomes(report)["plaintext-password"] == "skipped"
    assert report["findings"] == []


def test_warning_fails_no_check(cli: Run, tmp_path: Path, config: Path) -> None:
    config.write_text(f"namespace: default\n{SMALL}")
    done = cli("render", "-o", "json", "-o", "junit=report.xml", "-o", "text=report.txt")
    assert done.code == 0
    report = report_of(done.out)
    assert outcomes(report) == dict.fromkeys(RULE_IDS, "passed")
    assert [(each["id"], each["severity"]) for each in report["findings"]] == [("system-namespace", "warning")]
    assert "<failure" not in (tmp_path / "report.xml").read_text("utf-8")
    assert re.search("^warning +.*system-namespace", (tmp_path / "report.txt").read_text("utf-8"), re.MULTILINE)


def test_check_has_a_finding_for_each_file_that_differs(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render")
    assert outcomes(report_of(cli("render", "--check", "-o", "json").out))["stale-file"] == "passed"
    (tmp_path / "README.md").write_text("edited")
    (tmp_path / "helmrelease.yaml").unlink()
    config.write_text(SMALL.replace("oci://", "oci://eu."))
    done = cli("render", "--check", "-o", "json")
    assert done.code == 1
    report = report_of(done.out)
    assert outcomes(report)["stale-file"] == "failed"
    found = {finding["location"]["file"]: (finding["message"], finding["remedy"]) for finding in report["findings"]}
    run = "run `registry-gitops render registry.yaml`"
    assert found == {
        "README.md": ("was edited after rendering", f"move the edit to the config file, or {run[:-1]} --force`"),
        "helmrelease.yaml": ("is missing", run),
        "ocirepository.yaml": ("differs from the config file", run),
    }
    assert {finding["id"] for finding in report["findings"]} == {"stale-file"}


def test_files_that_render_refuses_to_overwrite_are_findings(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render")
    (tmp_path / "README.md").write_text("edited")
    done = cli("render", "-o", "json")
    assert (done.code, done.err) == (1, "")
    assert [finding["id"] for finding in report_of(done.out)["findings"]] == ["edited-file"]


@pytest.mark.parametrize("option", ["--stdout", "--diff"])
def test_report_on_stdout_is_refused_if_something_else_goes_there(
    cli: Run, tmp_path: Path, config: Path, option: str
) -> None:
    done = cli("render", option, "-o", "sarif")
    assert done.code == 2
    assert f"Invalid value for --output: a report on stdout cannot be combined with {option}: add =FILE" in done.err
    cli("render")
    done = cli("render", option, "-o", "sarif=report.sarif")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "report.sarif").exists()


def test_report_that_cannot_be_written_is_refused_before_anything_is_rendered(
    cli: Run, tmp_path: Path, config: Path
) -> None:
    done = cli("render", "-o", "sarif=none/report.sarif")
    assert done.code == 2
    assert "cannot write none/report.sarif: its directory does not exist: create it" in done.err
    for outputs in (("json", "text"), ("json=a", f"html={tmp_path}/a")):
        done = cli("render", *(word for output in outputs for word in ("-o", output)))
        assert "two reports have the same destination: add =FILE to one of them" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["registry.yaml"]


def test_problems_of_the_config_file_are_printed_if_the_report_cannot_be_written(cli: Run, config: Path) -> None:
    config.write_text("nmae: x\n")
    done = cli("render", "-o", "json=/dev/full")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        'registry.yaml:1:1: nmae: unknown key "nmae": did you mean "name"?',
        "/dev/full: cannot be written: No space left on device",
    ]
