"""Findings: how they read, and that they repeat no credential."""

from __future__ import annotations

import pytest

from registry_gitops.findings import Finding, Location, Severity


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location(), ""),
        (Location("a.yaml"), "a.yaml"),
        (Location("a.yaml", 3, 5), "a.yaml:3:5"),
        (Location("a.yaml", 3, 5, "values.name"), "a.yaml:3:5: values.name"),
        (Location(key="values.name"), "values.name"),
        (Location(object="Pod/a"), "Pod/a"),
    ],
)
def test_location_reads_as_compilers_write_it(location: Location, text: str) -> None:
    assert str(location) == text
    assert str(Finding(id="one", message="is wrong", location=location)) == (
        f"{text}: is wrong" if text else "is wrong"
    )


def test_finding_is_an_error_unless_it_is_a_warning() -> None:
    assert Finding(id="one", message="is wrong").is_error
    assert not Finding(id="one", message="is wrong", severity=Severity.WARNING).is_error


def test_finding_hides_credentials_in_every_text() -> None:
    secret = "https://ci:hunter2@example.com/"
    location = Location(file=secret, key=secret, object=secret)
    finding = Finding(id="one", message=secret, location=location, remedy=secret, evidence=(secret,))
    assert "hunter2" not in repr(finding)
    assert repr(finding).count("https://***@example.com/") == 6
