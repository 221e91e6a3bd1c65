"""Scalars that only Flux has, with the limits of its CRDs and controllers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema

from registry_gitops.masking import quote
from registry_gitops.model import DurationText, Text, custom_error


def _no_hours(duration: str) -> str:
    if "h" in duration:
        raise custom_error(
            "duration", f"{quote(duration)} has hours, which this field does not take: write minutes, as 60m"
        )
    return duration


MinutesText = Annotated[
    DurationText,
    AfterValidator(_no_hours),
    WithJsonSchema({"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$", "examples": ["60s"]}),
]
"""A duration without hours: the CRDs of source-controller have no `h` in their timeouts."""

TargetPath = Annotated[
    str,
    Text(
        "the path of a value",
        r"([a-zA-Z0-9_\-.\\/]|\[[0-9]{1,5}\])+",
        r"join keys with '.', write \. for a dot inside a key and [0] for an item of a list",
        max_length=250,
        examples=("auth.htpasswd.password",),
    ),
]

SubstitutedName = Annotated[
    str,
    Text(
        "the name of a variable",
        "[_a-zA-Z][_a-zA-Z0-9]*",
        "use letters, digits, and '_', and begin with no digit",
        max_length=253,
        examples=("REGISTRY_HOST",),
    ),
]
"""A variable of `postBuild`. Flux refuses all of them if one has another name."""

JSONPointer = Annotated[
    str,
    Text(
        "a JSON Pointer",
        r"(/([^/~]|~[01])*)*",
        "begin with '/', and write ~1 for a '/' and ~0 for a '~' inside a key",
        max_length=1024,
        examples=("/spec/replicas",),
    ),
]
"""Path of a field in an object (RFC 6901); "" is the whole object."""

CloudProvider = Literal["generic", "aws", "azure", "gcp"]
"""Issuer of the credentials for a registry: "generic" is the Secret, the others are workload identities."""

SignatureProvider = Literal["cosign", "notation"]
"""Tool that made the signature."""
