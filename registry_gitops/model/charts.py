"""Names, versions, and URLs of Helm charts and releases, with the limits of Flux and Helm."""

from __future__ import annotations

from typing import Annotated

from registry_gitops.model.scalars import HOST, REPOSITORY, SUBDOMAIN, SUBDOMAIN_REMEDY, Text

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

ReleaseName = Annotated[str, Text("the name of a Helm release", SUBDOMAIN, SUBDOMAIN_REMEDY, max_length=53)]
