"""pytest plugin: a registry for tests that need one, and the checks of `registry-gitops smoke` as tests.

    pytest --registry-url https://registry.example.com --pyargs registry_gitops.smoke.checks

pytest loads it wherever this package is installed, so nothing of ours is imported before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment
    from registry_gitops.findings import Finding
    from registry_gitops.registry import ReferenceRegistry
    from registry_gitops.smoke import Check, Client, Expectations
    from registry_gitops.target import Target

_CHECKS: Final = Path(__file__).parent / "smoke" / "checks" / "__init__.py"
_UNREACHABLE: Final = 3
_SCOPE: Final = "reference_registry_scope"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin; a password is taken from the environment, as the command line does."""
    group = parser.getgroup("registry-gitops", "registry-gitops (password in REGISTRY_GITOPS_PASSWORD)")
    group.addoption("--registry-url", metavar="URL", help="registry to test, instead of a new one of our own")
    group.addoption("--registry-username", metavar="USER", help="user to log in as")
    group.addoption("--registry-ca-file", metavar="FILE", help="trust the certificate authorities in this file (PEM)")
    group.addoption("--registry-config", metavar="FILE", help="compare it with what this config file promises")
    group.addoption("--registry-expect", metavar="WORD,...", help="compare it with promises, such as login,no-delete")
    levels = ("read", "smoke", "full")
    group.addoption("--registry-level", choices=levels, default="smoke", help="checks to run (default: smoke)")
    parser.addini(_SCOPE, "how long a reference_registry lives: function (default), class, module, package or session")


_Scope = Literal["function", "class", "module", "package", "session"]


def _scope(fixture_name: str, config: pytest.Config) -> _Scope:
    scope: _Scope = config.getini(_SCOPE) or "function"
    return scope


@pytest.fixture(scope=_scope)
def reference_registry() -> Iterator[ReferenceRegistry]:
    """An empty registry of our own, in memory and on loopback: `reference_registry.url`."""
    from registry_gitops.registry import ReferenceRegistry

    with ReferenceRegistry() as registry:
        yield registry


@pytest.fixture(scope=_scope)
def registry_url(request: pytest.FixtureRequest) -> str:
    """The URL of the registry to test: that of --registry-url, else that of a `reference_registry`."""
    return str(request.config.getoption("registry_url") or request.getfixturevalue("reference_registry").url)


@pytest.fixture(scope=_scope)
def registry_client(registry_url: str, pytestconfig: pytest.Config) -> Iterator[Client]:
    """A client of the registry to test, logged in as the options say, or as `docker login` did."""
    from registry_gitops.target import Target

    with _connect(Target(registry_url), pytestconfig) as client:
        yield client


def _connect(target: Target, config: pytest.Config) -> Client:
    from registry_gitops.smoke import connect

    user, password = config.getoption("registry_username"), os.environ.get("REGISTRY_GITOPS_PASSWORD")
    ca_file = config.getoption("registry_ca_file")
    return connect(
        str(target.endpoint), username=user or target.username, password=password or target.password, ca_file=ca_file
    )


def _described(config: pytest.Config) -> tuple[Target, Expectations]:
    """Return the registry to test, and what the config file and the words promise of it. Raises UsageError."""
    from registry_gitops.errors import InputError
    from registry_gitops.smoke import with_promised_words
    from registry_gitops.target import Target, read_promises, resolve_target

    url, file = config.getoption("registry_url"), config.getoption("registry_config")
    words = config.getoption("registry_expect")
    target, described = Target(str(url or "")), None
    if file:
        deployment = _load(file)
        target = resolve_target(url, deployment=deployment)
        if not isinstance(target.endpoint, str):
            raise pytest.UsageError(f"{file} has no host name: pass --registry-url URL")
        described = read_promises(deployment, target.endpoint, Path(file).name)
    try:
        return target, with_promised_words(described, [words] if words else (), "--registry-expect")
    except InputError as error:
        raise pytest.UsageError(f"--registry-expect: {error}") from None


def _load(file: str) -> RegistryDeployment:
    from registry_gitops.deployment import load
    from registry_gitops.errors import InputError

    try:
        return load(file)
    except InputError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The table of the checks is a file of tests."""
    # By its end first: this is asked for every file of every test run on this machine.
    if file_path.name == _CHECKS.name and file_path == _CHECKS:
        return Catalogue.from_parent(parent, path=file_path)
    return None


class Catalogue(pytest.File):
    """The checks of the level, a test each, with the id of the check as its name."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make the tests."""
        from registry_gitops.smoke import CHECKS, Level, checks_for_level

        if not (self.config.getoption("registry_url") or self.config.getoption("registry_config")):
            raise self.CollectError("no registry given: pass --registry-url URL, or --registry-config FILE")
        target, expectations = _described(self.config)
        for check in checks_for_level(CHECKS, Level(self.config.getoption("registry_level"))):
            yield CheckItem.from_parent(self, name=check.id, check=check, target=target, expectations=expectations)


class BadResult(Exception):
    """A check that failed, or could not come to an end."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class CheckItem(pytest.Item):
    """A check as a test."""

    def __init__(self, *, check: Check, target: Target, expectations: Expectations, **options: Any) -> None:
        super().__init__(**options)
        self.check = check
        self.target = target
        self.expectations = expectations

    def runtest(self) -> None:
        """Run the check by itself, and clean up after it."""
        from registry_gitops.smoke import Options, UnreachableError, run_checks

        try:
            client = _connect(self.target, self.config)
        except UnreachableError as problem:
            pytest.exit(f"{problem}. {problem.remedy}", _UNREACHABLE)
        with client:
            report = run_checks(client, (self.check,), options=Options(expectations=self.expectations))
        (result,) = report.checks
        if report.findings:
            raise BadResult(report.findings[0])
        if result.outcome != "passed":
            pytest.skip(f"{result.outcome}: {result.message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what the report of `smoke` says, instead of a traceback."""
        if not isinstance(excinfo.value, BadResult):
            return super().repr_failure(excinfo, style)
        from registry_gitops.report import format_finding

        return "\n".join((self.check.title, *format_finding(excinfo.value.finding, indent="")))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The heading of a failure."""
        return self.path, None, f"{self.name} ({self.check.requirement})"
