"""Names, versions, and URLs of Helm charts and releases, with the limits of Flux and Helm."""

from __future__ import annotations

from typing import Annotated

from registry_gitops.model.scalars import HOST, REPOSITORY, SUBDOMAIN, SUBDOMAIN_REMEDY, Text
from registry_gitops.version_ranges import VERSION_RANGE_PATTERN, VERSION_RANGE_REMEDY

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

SemverRange = Annotated[
    str,
    Text(
        "a version or a range of versions",
        VERSION_RANGE_PATTERN,
        VERSION_RANGE_REMEDY,
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
