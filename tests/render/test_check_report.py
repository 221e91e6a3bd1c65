"""`build_check_report`: the report of `check_deployment`, as `registry-gitops render --check -o` writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_gitops.deployment import load, locate_findings
from registry_gitops.errors import InputError
from registry_gitops.render import build_check_report, check_deployment, deploy
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
    findings, plan = check_deployment(load(CONFIG), Path())
    report = json.loads(WRITERS["json"](build_check_report(CONFIG, locate_findings(CONFIG, findings), plan)))
    assert [finding["id"] for finding in report["findings"]] == ["system-namespace", *["stale-file"] * 4]
    varying = dict.fromkeys(("started", "seconds"))
    assert report | varying == written | varying


def test_remedy_of_a_stale_file_is_the_command_that_renders_it() -> None:
    allow = ["plaintext-password"]
    findings, plan = check_deployment(load(CONFIG), "out put", allow=allow)
    remedies = {finding.remedy for finding in build_check_report(CONFIG, findings, plan, allow=allow).findings}
    command = "registry-gitops render 'my registry.yaml' --output-dir 'out put' --allow plaintext-password"
    assert remedies == {f"run `{command}`"}
    deploy(load(CONFIG), "out put")
    Path("out put/README.md").write_text("edited")
    findings, plan = check_deployment(load(CONFIG), "out put", allow=allow)
    (finding,) = build_check_report(CONFIG, findings, plan, allow=allow).findings
    assert finding.remedy == f"move the edit to the config file, or run `{command} --force`"


def test_every_finding_has_a_file_as_code_scanning_refuses_a_report_otherwise() -> None:
    error = InputError.single("cannot be written")
    (finding,) = build_check_report(CONFIG, None, error=error).findings
    assert finding.location.file == "my registry.yaml"


def test_rules_are_skipped_if_none_ran() -> None:
    report = build_check_report(CONFIG, None, error=InputError.single("is not a line of this list", "checksums", 1, 1))
    assert [(each.outcome, each.message) for each in report.checks] == [
        (Outcome.SKIPPED, "no rule ran, because of an error")
    ] * len(DEPLOYMENT_RULES)
    assert not report.passed
