"""`build_check_report`: the report of `compare_configs`, as `registry-gitops render --check -o` writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_gitops.deployment import load
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.render import ConfigResult, build_check_report, compare_configs, deploy
from registry_gitops.report import WRITERS, Outcome
from registry_gitops.rules import DEPLOYMENT_RULES
from tests.cli.running import Run, cli

__all__ = ["cli"]

OCI = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"
CONFIG = Path("my registry.yaml")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    CONFIG.write_text(OCI)
    return CONFIG


def test_report_of_the_library_is_that_of_the_command(cli: Run) -> None:
    CONFIG.write_text(f"namespace: default\n{OCI}")
    written = json.loads(cli("render", "--check", CONFIG, "-o", "json").out)
    report = json.loads(WRITERS["json"](build_check_report(compare_configs([CONFIG]), compare=True)))
    assert [finding["id"] for finding in report["findings"]] == ["system-namespace", *["stale-file"] * 4]
    varying = dict.fromkeys(("started", "seconds"))
    assert report | varying == written | varying


def test_remedy_of_a_stale_file_is_the_command_that_renders_it() -> None:
    allow = ["plaintext-password"]
    remedies = {finding.remedy for finding in stale_files(allow)}
    command = "registry-gitops render 'my registry.yaml' --output-dir 'out put' --allow plaintext-password"
    assert remedies == {f"run `{command}`"}
    deploy(load(CONFIG), "out put")
    Path("out put/README.md").write_text("edited")
    (finding,) = stale_files(allow)
    assert finding.remedy == f"move the edit to the config file, or run `{command} --force`"


def stale_files(allow: list[str]) -> tuple[Finding, ...]:
    results = compare_configs([CONFIG], Path("out put"), allow=allow)
    return build_check_report(results, compare=True, allow=allow).findings


def test_every_finding_has_a_file_as_code_scanning_refuses_a_report_otherwise() -> None:
    problems = InputError.single("is not valid").findings
    (finding,) = build_check_report([ConfigResult(CONFIG, problems=problems)]).findings
    assert finding.location.file == "my registry.yaml"


def test_rules_are_skipped_if_none_ran() -> None:
    Path(".registry-gitops.sha256").write_text("nonsense")
    report = build_check_report(compare_configs([CONFIG]))
    assert [(each.outcome, each.message) for each in report.checks] == [
        (Outcome.SKIPPED, "no rule ran, because of an error")
    ] * len(DEPLOYMENT_RULES)
    assert not report.passed
