"""The texts of the Flux API: one table of what is admitted, one of what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from registry_gitops import model
from registry_gitops.manifests import scalars

ADMITTED = {
    "OCIRepositoryURL": [
        "oci://ghcr.io/org/charts/docker-registry",
        "oci://localhost:5000/a",
        "oci://[::1]:5000/a/b__c",
    ],
    "HelmRepositoryURL": [
        "https://charts.example.com",
        "http://localhost:8080/charts/?token=a%20b",
        "oci://registry-1.docker.io/bitnamicharts",
        "oci://ghcr.io/",
    ],
    "SemverRange": ["1.2.3", "v1.2", "*", "1.x", "~1.2", "^2", ">=1.2 <2", ">= 1.2, < 2 || 3.0.1-rc.1", "1.2 - 1.4.5"],
    "ChartName": ["docker-registry", "./charts/docker-registry", "a"],
    "ReleaseName": ["docker-registry", "a.b", "r" * 53],
    "DataKey": ["values.yaml", "_x", "k" * 253],
    "TargetPath": ["auth.htpasswd.password", r"ingress.annotations.cert-manager\.io/issuer", "extraHosts[0].name"],
    "SubstitutedName": ["REGISTRY_HOST", "_x1", "a"],
    "JSONPointer": ["/spec/replicas", "", "/metadata/annotations/a~1b", "/"],
    "MinutesText": ["60s", "1m30s", "1.5m", "500ms"],
    "NotBlank": ["a", " a\n"],
}
REFUSED = {
    "OCIRepositoryURL": [
        "https://ghcr.io/org/chart",
        "oci://ghcr.io",
        "oci://ghcr.io/org/chart:1.0",
        "oci://ghcr.io/org/chart@sha256:0",
        "oci://ghcr.io/Org/chart",
        "oci://ghcr.io/org/",
        "oci://ghcr.io/org/a..b",
        "oci://user:secret@ghcr.io/org",
        "oci://ghcr.io/org\n",
    ],
    "HelmRepositoryURL": [
        "charts.example.com",
        "ftp://charts.example.com",
        "https://",
        "https://user:secret@charts.example.com",
        "https://charts.example.com/a b",
        "oci://ghcr.io/org/chart:1.0",
    ],
    "SemverRange": ["", "latest", "1.2.3.4", ">=1.0<2.0", "1.2.3-01", "1.0.0_1", "==1.2", "1 ||", "9" * 600],
    "ChartName": ["", " ", "c" * 2049],
    "ReleaseName": ["", "Registry", "a_b", "-a", "r" * 54],
    "DataKey": ["", "a b", "a/b", "k" * 254],
    "TargetPath": ["", "a b", "a[x]", "a[123456]", "a" * 251],
    "SubstitutedName": ["", "1a", "a-b", "a.b", "é"],
    "JSONPointer": ["spec/replicas", "/a~2", "/a~"],
    "MinutesText": ["1h", "1h30m", "60", "", "-1s"],
    "NotBlank": ["", " \n\t"],
}


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(model, name, None) or getattr(scalars, name))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in ADMITTED.items() for text in texts])
def test_a_right_text_is_kept_as_it_was_written(name: str, text: str) -> None:
    assert str(adapter(name).validate_python(text)) == text


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_a_wrong_text_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValidationError):
        adapter(name).validate_python(text)


def test_a_timeout_in_hours_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValidationError, match='"1h" has hours, which this field does not take: write minutes, as 60m'):
        adapter("MinutesText").validate_python("1h")


def test_the_editor_schema_of_a_timeout_has_no_hours_either() -> None:
    assert adapter("MinutesText").json_schema()["pattern"] == r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$"


def test_a_url_with_credentials_is_refused_with_a_hint_at_a_secret() -> None:
    with pytest.raises(ValidationError, match="credentials to a Secret"):
        adapter("HelmRepositoryURL").validate_python("https://user:secret@charts.example.com")


def test_a_long_wrong_range_is_refused_in_no_time() -> None:
    with pytest.raises(ValidationError):
        adapter("SemverRange").validate_python(f"1{' ' * 510}!")
