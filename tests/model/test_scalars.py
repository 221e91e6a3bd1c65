"""Names and references are bounded as the API server and OCI bound them."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter, ValidationError

from registry_gitops.model import (
    AccessMode,
    DNSLabel,
    DNSSubdomain,
    EnvVarName,
    Hostname,
    ImageDigest,
    ImageRegistry,
    ImageRepository,
    ImageTag,
    IntOrString,
    LabelKey,
    LabelValue,
    OptionalName,
)

DIGEST = "sha256:" + "a" * 64

CASES: list[tuple[Any, list[Any], list[Any]]] = [
    (DNSLabel, ["a", "a-1", "1a", "a" * 63], ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, "a\n"]),
    (DNSSubdomain, ["a", "a.b-c.1", "a" * 253], ["", "a..b", ".a", "Web_1", "a" * 254]),
    (OptionalName, ["", "a.b"], ["A", "a b"]),
    (
        Hostname,
        ["", "registry.example.com", "*.example.com"],
        ["http://a", "a:5000", "a/b", "-a.com", "a.*.com", "A.com"],
    ),
    (ImageRegistry, ["", "docker.io", "localhost:5000", "10.0.0.1:80"], ["http://a", "a/b", "a:", ":5000"]),
    (
        ImageRepository,
        ["registry", "library/registry", "a__b/c-d.e"],
        ["", "Registry", "a//b", "/a", "a:1", "a/", "a..b"],
    ),
    (ImageTag, ["", "3", "3.1.1", "_a", "a" * 128], [".a", "-a", "a b", "a" * 129, "a:b"]),
    (ImageDigest, ["", DIGEST, "sha512:" + "0" * 128], ["sha256:abc", DIGEST[:-1], DIGEST.upper(), "md5:" + "a" * 32]),
    (LabelKey, ["app", "app.kubernetes.io/name", "A_b"], ["", "/a", "a/", "a/b/c", "-a", "A.b/" + "x" * 64]),
    (LabelValue, ["", "a", "A_b.c-1"], ["-a", "a-", "a b", "a" * 64]),
    (EnvVarName, ["A", "_a", "a.b-c"], ["", "1A", "A=B", "A B"]),
    (IntOrString, [0, 1, "25%", "0%"], [-1, "25", "a%", "-1%", 1.5]),
    (AccessMode, ["ReadWriteOnce", "ReadWriteMany"], ["RWO", "readwriteonce"]),
]


@pytest.mark.parametrize(("scalar", "good", "bad"), CASES)
def test_a_scalar_takes_what_is_right_and_refuses_the_rest(scalar: Any, good: list[Any], bad: list[Any]) -> None:
    adapter = TypeAdapter(scalar)
    for value in good:
        assert adapter.validate_python(value, strict=True) == value
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value, strict=True)


@pytest.mark.parametrize(("scalar", "good", "bad"), CASES)
def test_the_json_schema_of_a_scalar_agrees_with_its_model(scalar: Any, good: list[Any], bad: list[Any]) -> None:
    validator = jsonschema_rs.validator_for(TypeAdapter(scalar).json_schema())
    assert [value for value in good if not validator.is_valid(value)] == []
    # A line break at the end is what "$" lets pass; a schema has no other word for the end.
    assert [value for value in bad if validator.is_valid(value) and not str(value).endswith("\n")] == []
