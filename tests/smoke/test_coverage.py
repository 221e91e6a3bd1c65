"""What a run without failures says of the promises."""

from __future__ import annotations

from dataclasses import replace

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.report import Report
from registry_gitops.smoke import (
    CHECKS,
    Expectations,
    Level,
    Options,
    checks_for_level,
    connect,
    describe_coverage,
    run_checks,
)

EXPECTED = Expectations(login=False, push=True, delete=True, tls=False, source="registry.yaml")


def run(level: Level, expectations: Expectations) -> Report:
    promises = [check for check in checks_for_level(CHECKS, level) if check.id.startswith("promised-")]
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        return run_checks(client, promises, options=Options(expectations=expectations))


def test_nothing_is_wrong_if_every_promise_was_checked_and_kept() -> None:
    report = run(Level.SMOKE, EXPECTED)
    assert describe_coverage(report, EXPECTED) == "Nothing is wrong: every promise of registry.yaml was checked"


def test_promise_that_could_not_be_compared_is_named_with_the_reason() -> None:
    partly = replace(EXPECTED, delete=None, unknown={"delete": "its value comes from a Secret"})
    report = run(Level.SMOKE, partly)
    assert describe_coverage(report, partly) == (
        "Not every promise of registry.yaml was checked: promised-deletion (its value comes from a Secret)"
    )


def test_promises_of_a_higher_level_are_named() -> None:
    assert describe_coverage(run(Level.READ, EXPECTED), EXPECTED) == (
        "Not every promise of registry.yaml was checked: those that a higher --level checks"
    )


def test_without_promises_nothing_is_known() -> None:
    assert describe_coverage(run(Level.READ, Expectations()), Expectations()) == (
        "Not compared with what was intended: pass the config file of the registry, or --expect"
    )


def test_broken_promise_speaks_for_itself() -> None:
    broken = replace(EXPECTED, delete=False)
    assert describe_coverage(run(Level.SMOKE, broken), broken) == ""
