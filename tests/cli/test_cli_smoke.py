"""What `smoke` refuses before it asks a registry, what its options mean, and its list of checks."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from typer.models import OptionInfo

from registry_gitops.cli.commands import smoke
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.cli.reports import ReportFormat
from registry_gitops.cli.smoke_report import format_command
from registry_gitops.registry import ReferenceRegistry
from registry_gitops.report import WRITERS, Report
from registry_gitops.smoke import CHECKS, LAYER_SIZE, REPOSITORY, Level, RestartImage
from tests.cli.running import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceRegistry() as registry:
        yield registry.url


def refused(done: Outcome, message: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err


NO_CONFIG = "no registry.yaml or registry.py in or below this directory: pass CONFIG, a URL, or --namespace NAME"
NOT_BOTH = "pass either a URL or --namespace, --service, --context, and --kubeconfig, not both"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", f"error: {NO_CONFIG}"),
        ("--service other", NO_CONFIG),
        ("--url http://127.0.0.1:1", NO_CONFIG),
        ("http://127.0.0.1:1 --namespace x", NOT_BOTH),
        ("http://127.0.0.1:1 --context x", NOT_BOTH),
        ("http://127.0.0.1:1 --kubeconfig there", NOT_BOTH),
        ("there --url http://127.0.0.1:1 --service x", NOT_BOTH),
        ("http://127.0.0.1:1 --url http://127.0.0.1:2", "a URL is given already: pass one of them, or CONFIG"),
        ("there --config there", "CONFIG is given already: pass one of them"),
        ("none.yaml", "none.yaml: no such file"),
        ("none.yml", "none.yml: no such file"),
        ("apps/registry.py", "apps/registry.py: no such file"),
        ("./none", "none: no such file"),
        (".", "no registry.yaml or registry.py below .: pass CONFIG"),
        ("folder", "no registry.yaml or registry.py below folder: pass CONFIG"),
        ("none.yaml --url http://127.0.0.1:1", "none.yaml: no such file"),
        ("http://127.0.0.1:1 --config none.yaml", "none.yaml: no such file"),
        ("ftp://x", "error: this is not the URL of a registry: write it as https://registry.example.com"),
        ("x --check blob-rang", "Invalid value for --check: unknown check blob-rang: did you mean blob-range?"),
        ("x --check zzz", "unknown check zzz: to list the checks, run `registry-gitops smoke --list`"),
        ("x --level all", "'all' is not one of 'read', 'smoke', 'full'"),
        (
            "x -o yaml",
            '"yaml" is not text, json, junit, sarif, github, html, nor one of these with a file, for example',
        ),
        ("x -o html=", '"html=" is not text, json'),
        (
            "x -o html=none/report.html",
            "cannot write none/report.html: its directory does not exist: create it",
        ),
        ("x -o text -o json", "two reports have the same destination: add =FILE to one of them"),
        ("--list -o json", "Invalid value for --output: --list and --before-restart write no report"),
        ("x --before-restart state -o text=a", "--list and --before-restart write no report"),
        ("x -o html=a -o json=a", "two reports have the same destination: add =FILE to one of them"),
        (
            "x --username me",
            "Invalid value for --username: needs a password: set REGISTRY_GITOPS_PASSWORD, or pass --password-stdin",
        ),
        ("x --password-stdin", "no user to log in as: add --username USER"),
        ("x --timeout 5", '"5" is not a duration: write a unit, such as 5s or 5m'),
        ("x --timeout 0s", '"0s" is too short: write at least 1ms'),
        ("x --timeout 0.0000000001s", '"0.0000000001s" is too short: write at least 1ms'),
        ("x --wait soon", '"soon" is not a duration: write numbers with h, m, s or ms, such as 5m or 1h30m'),
        ("x --retries -1", '"-1" is not a whole number from 0 to 1000000'),
        ("x --repository UPPER//x", 'Invalid value for --repository: "UPPER//x" is not the name of a repository'),
        (
            f"x --repository {'a' * 256}",
            "Invalid value for --repository: the name of the repository is longer than 240",
        ),
        ("x --layer-size much", '"much" is not a quantity'),
        ("x --layer-size 11Gi", '"11Gi" is too large: write at most 10Gi'),
        ("--config none.yaml", "none.yaml: no such file"),
        ("http://127.0.0.1:1 --ca-file none.pem", "ile 'none.pem' does not exist"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, message: str
) -> None:
    (tmp_path / "there").write_text("{}")
    (tmp_path / "folder").mkdir()
    monkeypatch.delenv("REGISTRY_GITOPS_PASSWORD", raising=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"secret\n")))
    refused(cli("smoke", *words.split()), message)


def test_the_list_has_a_row_for_every_check(cli: Run) -> None:
    done = cli("smoke", "--list")
    assert (done.code, done.err) == (0, "")
    rows = [re.split(r" {2,}", line) for line in done.out.splitlines()[1:]]
    assert rows == [[check.id, check.level, check.requirement, check.title] for check in CHECKS]


def test_levels_formats_and_defaults_are_those_of_the_library() -> None:
    assert [*ReportFormat] == [*WRITERS]
    parameters = inspect.signature(smoke.smoke, eval_str=True).parameters
    levels, _ = get_args(parameters["level"].annotation)
    assert get_args(levels) == tuple(Level)
    assert parameters["repository"].default == REPOSITORY
    (_, layer) = get_args(parameters["layer_size"].annotation)
    assert isinstance(layer, OptionInfo)
    assert layer.parser is not None
    assert layer.parser(parameters["layer_size"].default) == LAYER_SIZE


def test_checks_that_are_named_are_the_only_ones_that_run(cli: Run, url: str) -> None:
    done = cli("smoke", url, "--check", "blob-get", "--check", "api", "--level", "read")
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"^passed +(?:\d+ m?s +)?([a-z-]+)", done.out, re.MULTILINE) == ["api", "blob-get"]


@pytest.mark.parametrize(
    "words",
    [
        *("{host}", "{url}", "{url} --config registry.yaml", "registry.yaml --url {url}", "--url {url}"),
        *("registry.py --url {host}", "--config registry.yaml --url {url}"),
    ],
)
def test_registry_is_named_by_its_url_next_to_a_config_file_or_alone(
    cli: Run, url: str, tmp_path: Path, words: str
) -> None:
    (tmp_path / "registry.yaml").write_text("{}")
    (tmp_path / "registry.py").write_text(
        "from registry_gitops import RegistryDeployment\ndeployment = RegistryDeployment()\n"
    )
    # A directory can have the name of a host, such as one for each registry.
    host = url.removeprefix("http://")
    (tmp_path / host).mkdir()
    done = cli("smoke", *words.format(url=url, host=host).split(), "--check", "api")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("registry-gitops smoke ")
    assert url in done.out.splitlines()[0]


def test_report_names_level_user_config_file_and_the_command_to_run_again(
    cli: Run, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", "correct-horse")
    (tmp_path / "registry.yaml").write_text("{}")
    options = ("--url", url.replace("//", "//me:correct-horse@"), "--level", "read", "-o", "json", "-otext=out.txt")
    report = json.loads(cli("smoke", "registry.yaml", *options).out)
    assert [report[key] for key in ("level", "user", "config")] == ["read", "me", "registry.yaml"]
    start = f"registry-gitops smoke registry.yaml --url {url.replace('//', '//***@')} --level read --check promised-"
    assert report["command"].startswith(start)
    assert report["revision"] == f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
    lines = (tmp_path / "out.txt").read_text("utf-8").splitlines()
    assert lines[1] == "level read, user me, config file registry.yaml (sha256:44136fa355b3)"
    named = json.loads(cli("smoke", url, "--check", "api", "-o", "json").out)
    assert [key for key in ("level", "user", "config", "revision") if key in named] == []


@pytest.mark.parametrize(
    ("arguments", "failed", "command"),
    [
        ("r.yaml -o text --output html=x.html -ojson=y --output=junit=z", "", "r.yaml"),
        ("r.yaml --level full", "api tls", "r.yaml --level full --check api --check tls"),
        ("r.yaml --check api --check=tls", "tls", "r.yaml --check tls"),
        ("r.yaml --check api", "", "r.yaml --check api"),
        ("r.yaml", "a b c d e f g h i", "r.yaml"),
        ("https://me:secret@host", "", "https://***@host"),
    ],
)
def test_command_to_run_again_has_the_failed_checks_and_writes_no_report(
    arguments: str, failed: str, command: str
) -> None:
    assert format_command(arguments.split(), failed.split()) == f"registry-gitops smoke {command}"


def test_command_to_run_again_includes_what_was_skipped_because_of_a_failure(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "docker/registry/v2").mkdir(parents=True)
    with ReferenceRegistry(tmp_path, read_only=True) as registry:
        report = json.loads(cli("smoke", registry.url, "--check=upload-monolithic", "--check=mount", "-o", "json").out)
        assert report["command"] == f"registry-gitops smoke {registry.url} --check=upload-monolithic --check=mount"


def test_each_report_goes_to_its_destination(cli: Run, url: str, tmp_path: Path) -> None:
    files = [f"-o{name}={name}.out" for name in ReportFormat if name != "json"]
    done = cli("smoke", url, "--check", "api", *files, "-o", "json")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('{\n  "apiVersion": "registry-gitops/report/v2"')
    starts = {path.stem: path.read_text("utf-8")[:15] for path in sorted(tmp_path.iterdir())}
    assert starts == {
        "github": "::notice title=",
        "html": "<!doctype html>",
        "junit": '<?xml version="',
        "text": "registry-gitops",
        "sarif": '{\n  "$schema": ',
    }


def test_several_registries_are_tested_in_one_run(cli: Run, url: str) -> None:
    other = f"{url}/"
    done = cli("smoke", url, other, "--check", "api", "--check", "blob-get")
    assert (done.code, done.err) == (0, "")
    header, first, second, *_, summary = done.out.splitlines()
    assert header.split() == ["REGISTRY", "RESULT", "PASSED", "FAILED", "OTHER", "TIME"]
    assert [first.split()[:5], second.split()[:5]] == [[url, "passed", "2", "0", "0"], [other, "passed", "2", "0", "0"]]
    assert summary == "2 of 2 registries passed"


def test_report_of_several_registries_names_each(cli: Run, url: str, tmp_path: Path) -> None:
    done = cli("smoke", url, "http://127.0.0.1:1", "--check", "api", "-o", "text", "-o", "json=report.json")
    assert done.code == ExitCode.UNREACHABLE
    assert "1 of 2 registries passed" in done.out
    report = Report.model_validate_json((tmp_path / "report.json").read_text("utf-8"))
    assert {check.id: check.outcome for check in report.checks} == {
        f"api/{url}": "passed",
        "reachable/http://127.0.0.1:1": "error",
    }
    assert [finding.id for finding in report.findings] == ["reachable/http://127.0.0.1:1"]
    assert not report.passed


def test_config_files_below_a_directory_name_the_registries(cli: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        config = tmp_path / "apps" / name / "registry.yaml"
        config.parent.mkdir(parents=True)
        config.write_text("values:\n  ingress: {enabled: true, hostname: registry.invalid}\n")
    done = cli("smoke", "apps", "--check", "api")
    assert done.code == ExitCode.UNREACHABLE
    rows = [line.split()[:2] for line in done.out.splitlines()[1:3]]
    assert rows == [["apps/one/registry.yaml", "unreachable"], ["apps/two/registry.yaml", "unreachable"]]


def test_program_with_several_deployments_names_a_registry_for_each(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text(
        "from registry_gitops import RegistryDeployment\n"
        "values = {'ingress': {'enabled': True, 'hostname': 'registry.invalid'}}\n"
        "deployments = {region: RegistryDeployment(values=values) for region in ('eu', 'us')}\n"
    )
    done = cli("smoke", "--check", "api")
    assert done.code == ExitCode.UNREACHABLE
    rows = [line.split()[:2] for line in done.out.splitlines()[1:3]]
    assert rows == [["registry.py:eu", "unreachable"], ["registry.py:us", "unreachable"]]
    refused(cli("smoke", "registry.py", "--service", "x"), "are about one registry, not about 2")


def test_problems_of_all_config_files_are_told_before_a_request_is_sent(cli: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("nmae: x\n")
    done = cli("smoke", "one.yaml", "two.yaml")
    assert (done.code, done.out) == (2, "")
    assert [line.partition(":")[0] for line in done.err.splitlines()] == ["one.yaml", "two.yaml"]


@pytest.mark.parametrize("option", ["--url http://127.0.0.1:1", "--service x", "--after-restart state"])
def test_option_about_one_registry_is_refused_for_several(cli: Run, tmp_path: Path, option: str) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("{}")
    RestartImage("registry-gitops/smoke", "0").write(tmp_path / "state")
    refused(cli("smoke", "one.yaml", "two.yaml", *option.split()), "are about one registry, not about 2")
