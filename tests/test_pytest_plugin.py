"""The pytest plugin, in test runs of its own: its fixtures, its checks, and that it costs nothing where nobody asks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import CHECKS, Level, checks_for_level
from tests.registry.api.basic_auth import line
from tests.support.tools import ROOT

pytestmark = pytest.mark.tools

EXAMPLE = ROOT / "examples/smoke-tests"
CHECKS_AS_TESTS = ("--pyargs", "registry_gitops.smoke.checks")


def run(folder: Path, *arguments: str | Path, **environment: str) -> tuple[int, str]:
    """The exit code of a test run in `folder`, and what it printed. The plugin is there because it is installed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *arguments],
        cwd=folder,
        env={**os.environ, "DOCKER_CONFIG": str(folder), "COLUMNS": "300", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.fixture
def served() -> Iterator[ReferenceRegistry]:
    with ReferenceRegistry() as registry:
        yield registry


def test_the_example_passes_with_a_fresh_registry_and_with_one_that_is_named(served: ReferenceRegistry) -> None:
    code, printed = run(EXAMPLE)
    assert (code, "2 passed" in printed) == (0, True), printed
    code, printed = run(EXAMPLE, "--registry-url", served.url)
    assert (code, "2 passed" in printed) == (0, True), printed


FRESH = """
def test_one(reference_registry, registry_url):
    assert reference_registry.url == registry_url
    print(registry_url)

def test_other(registry_url):
    print(registry_url)
"""


@pytest.mark.parametrize(("scope", "registries"), [("", 2), ("function", 2), ("module", 1), ("session", 1)])
def test_a_registry_lives_as_long_as_the_settings_say(tmp_path: Path, scope: str, registries: int) -> None:
    (tmp_path / "test_fresh.py").write_text(FRESH)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nreference_registry_scope = {scope}\n")
    code, printed = run(tmp_path, "-rP")
    assert code == 0, printed
    assert len(set(re.findall(r"^http://127.0.0.1:\d+$", printed, re.MULTILINE))) == registries


def test_every_check_of_the_level_is_a_test_with_its_id(tmp_path: Path, served: ReferenceRegistry) -> None:
    options = ("--registry-url", served.url, "--registry-level", "read", *CHECKS_AS_TESTS)
    code, printed = run(tmp_path, "-v", *options)
    assert code == 0, printed
    expected = [check.id for check in checks_for_level(CHECKS, Level.READ)]
    assert re.findall(r"::([a-z0-9-]+) (?:PASSED|SKIPPED)", printed) == expected
    code, printed = run(tmp_path, "--registry-url", served.url, "-k", "blob-range", *CHECKS_AS_TESTS)
    assert "2 passed" in printed, printed


def test_a_check_that_fails_says_what_to_change_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "data/docker/registry/v2").mkdir(parents=True)
    with ReferenceRegistry(tmp_path / "data", read_only=True) as registry:
        code, printed = run(tmp_path, "--registry-url", registry.url, "-k", "upload-monolithic", *CHECKS_AS_TESTS)
    assert code == 1
    assert re.search(r"^Remedy: ", printed, re.MULTILINE), printed
    assert re.search(r"^\| > POST ", printed, re.MULTILINE)
    assert "Traceback" not in printed
    assert "pytest_plugin.py:" not in printed


def test_a_login_comes_from_the_options_and_the_password_shows_nowhere(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line("me", "correct-horse"))
    with ReferenceRegistry(htpasswd=tmp_path / "users") as registry:
        options = (
            "--registry-url",
            registry.url,
            "--registry-username",
            "me",
            "-k",
            "api or login-valid",
            *CHECKS_AS_TESTS,
        )
        code, printed = run(tmp_path, "-v", *options, REGISTRY_GITOPS_PASSWORD="correct-horse")
    assert code == 0, printed
    assert "correct-horse" not in printed


def test_a_check_compares_the_registry_with_a_config_file_or_with_words(
    tmp_path: Path, served: ReferenceRegistry
) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text("values: {deletion: {enabled: true}, auth: {htpasswd: {enabled: true, existingSecret: users}}}")
    reached = ("--registry-url", served.url, "-k", "promised-deletion or promised-login", *CHECKS_AS_TESTS)
    code, printed = run(tmp_path, "--registry-config", config, *reached)
    assert code == 1, printed
    assert "registry.yaml promises a login, but without credentials GET /v2/ returned 200" in printed
    assert "promised-deletion" not in printed.partition("short test summary")[2]
    code, printed = run(tmp_path, "--registry-expect", "no-login,delete", *reached)
    assert (code, "3 passed" in printed) == (0, True), printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--registry-expect", "delte", "--registry-url", "http://127.0.0.1:1"), 'unknown word "delte": did you mean'),
        (("--registry-config", "none.yaml"), "none.yaml: no such file"),
        (("--registry-config", "registry.yaml"), "registry.yaml has no host name: pass --registry-url URL"),
    ],
)
def test_a_wrong_promise_is_said_without_a_traceback(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    (tmp_path / "registry.yaml").write_text("name: images")
    code, printed = run(tmp_path, *options, *CHECKS_AS_TESTS)
    assert code != 0
    assert message in printed
    assert "Traceback" not in printed


def test_a_registry_that_is_not_there_ends_the_run_with_its_likely_cause(tmp_path: Path) -> None:
    code, printed = run(tmp_path, "--registry-url", "http://127.0.0.1:1", *CHECKS_AS_TESTS)
    assert code == 3
    assert "http://127.0.0.1:1 cannot be reached: connection refused" in printed


def test_checks_without_a_registry_say_what_is_missing(tmp_path: Path) -> None:
    code, printed = run(tmp_path, *CHECKS_AS_TESTS)
    assert code != 0
    assert "no registry given: pass --registry-url URL" in printed
    assert "Traceback" not in printed


LAZY = """
import sys

def test_nothing_of_ours_is_loaded():
    ours = sorted(name for name in sys.modules if name.split(".")[0] in ("registry_gitops", "requests", "pydantic"))
    assert ours == ["registry_gitops", "registry_gitops.pytest_plugin", "registry_gitops.version"]
"""


def test_a_test_run_that_uses_nothing_of_it_loads_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_lazy.py").write_text(LAZY)
    code, printed = run(tmp_path)
    assert code == 0, printed
