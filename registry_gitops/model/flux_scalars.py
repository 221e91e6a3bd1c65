"""Scalars of the Flux API, with the limits of its CRDs and controllers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from registry_gitops.masking import quote
from registry_gitops.model.base import custom_error
from registry_gitops.model.quantity import DurationText
from registry_gitops.model.scalars import HOST, REPOSITORY, SUBDOMAIN, SUBDOMAIN_REMEDY, Text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise custom_error("blank", "the text is empty: write something, or leave the key out")
    return text


NotBlank = Annotated[str, AfterValidator(_not_blank), Field(json_schema_extra={"pattern": r"\S"})]
"""Text that is not blank."""


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

_HOST = rf"({HOST}|\[[0-9a-fA-F:.]+\])(:[0-9]{{1,5}})?"

OCIRepositoryURL = Annotated[
    str,
    Text(
        "the URL of an OCI repository",
        rf"oci://{_HOST}/{REPOSITORY}",
        "write oci://HOST/REPOSITORY in lower case; a tag or digest goes to `ref`, credentials to a Secret",
        max_length=2048,
        examples=("oci://ghcr.io/stefanprodan/charts/podinfo",),
    ),
]
HelmRepositoryURL = Annotated[
    str,
    Text(
        "the URL of a Helm repository",
        rf"https?://{_HOST}([/?#][!-~]*)?|oci://{_HOST}(/{REPOSITORY})?/?",
        "write https://HOST/PATH or oci://HOST/PATH; the chart and its version go to the HelmRelease, "
        "credentials to a Secret",
        max_length=2048,
        examples=("https://charts.example.com", "oci://registry-1.docker.io/bitnamicharts"),
    ),
]

_PART = r"([0-9]{1,18}|[xX*])"
# semver.org, items 9 and 10: numbers in a pre-release have no leading zeros.
_PRE_RELEASE_PART = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_PRE_RELEASE = rf"-{_PRE_RELEASE_PART}(\.{_PRE_RELEASE_PART})*"
_BUILD = r"\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*"
_VERSION = rf"v?{_PART}(\.{_PART}){{0,2}}({_PRE_RELEASE})?({_BUILD})?"
_BOUND = rf"((=|!=|>|<|>=|=>|<=|=<|~|~>|\^) *)?{_VERSION}"
_BOUNDS = rf" *({_BOUND}(( +| *, *){_BOUND})*|{_VERSION} +- +{_VERSION}) *"

SemverRange = Annotated[
    str,
    Text(
        "a version or a range of versions",
        rf"{_BOUNDS}(\|\|{_BOUNDS})*",
        'write a version such as 1.2.3, or bounds such as "1.2.x", "~1.2", "^1.2" or ">=1.2 <2"',
        max_length=512,
        examples=("1.2.3", ">=1.2.0 <2.0.0"),
    ),
]
"""Versions as github.com/Masterminds/semver reads them, at most 512 characters."""

ChartName = Annotated[
    str,
    Text(
        "the name or path of a chart",
        r"\S(.*\S)?",
        "write a name, such as docker-registry, or a path inside the source, such as ./charts/docker-registry",
        max_length=2048,
    ),
]

ReleaseName = Annotated[
    str,
    Text(
        "the name of a Helm release",
        SUBDOMAIN,
        SUBDOMAIN_REMEDY,
        max_length=53,
    ),
]

DataKey = Annotated[
    str,
    Text(
        "a key of a Secret or ConfigMap",
        r"[-._a-zA-Z0-9]+",
        "use letters, digits, '-', '_' and '.'",
        max_length=253,
        is_quoted=False,
    ),
]

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
