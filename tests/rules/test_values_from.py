"""Values that only `release.valuesFrom` can bring: a warning with the source, instead of an error."""

from __future__ import annotations

from typing import Any, Final

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.findings import Severity
from registry_gitops.render import render_checked

VALUES_FROM: Final = {"valuesFrom": [{"kind": "Secret", "name": "registry-values"}]}


@pytest.mark.parametrize(
    ("release", "values", "message"),
    [
        (
            VALUES_FROM,
            {"auth": {"htpasswd": {"enabled": True}}},
            "unless valuesFrom brings it: Secret registry-values (key values.yaml)",
        ),
        (
            {
                "valuesFrom": [
                    {
                        "kind": "ConfigMap",
                        "name": "registry",
                        "valuesKey": "secret",
                        "targetPath": "http.existingSecret",
                    }
                ]
            },
            {"replicaCount": 2, "persistence": {"accessModes": ["ReadWriteMany"]}},
            "unless valuesFrom brings it: ConfigMap registry (key secret, targetPath http.existingSecret)",
        ),
        (VALUES_FROM, {"ingress": {"enabled": True, "tls": True}}, "unless valuesFrom brings it"),
        (
            VALUES_FROM,
            {
                "tls": {
                    **{"enabled": True, "existingSecret": "certificate"},
                    **{"clientAuthentication": {"mode": "verify-client-cert-if-given"}},
                }
            },
            "unless valuesFrom brings it",
        ),
    ],
)
def test_missing_value_that_values_from_can_bring_is_a_warning(
    release: dict[str, Any], values: dict[str, Any], message: str
) -> None:
    deployment = RegistryDeployment.model_validate({"release": release, "values": values})
    (finding,) = (finding for finding in render_checked(deployment)[0] if finding.id == "values-from")
    assert finding.severity is Severity.WARNING
    assert message in finding.message
    assert deployment.derive(name="other").revalidated()


@pytest.mark.parametrize(
    ("release", "values"),
    [
        ({}, {"auth": {"htpasswd": {"enabled": True}}}),
        (
            {"valuesFrom": [{"kind": "Secret", "name": "a", "targetPath": "http.existingSecret"}]},
            {"auth": {"htpasswd": {"enabled": True}}},
        ),
        (VALUES_FROM, {"replicaCount": 2, "http": {"existingSecret": "a"}}),
    ],
)
def test_conflict_that_values_from_cannot_solve_stays_an_error(release: dict[str, Any], values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="values"):
        RegistryDeployment.model_validate({"release": release, "values": values})
