"""A report with every outcome, a finding at every kind of location, and text that each format must escape."""

from __future__ import annotations

from datetime import UTC, datetime

from registry_gitops.findings import Finding, Location, Severity
from registry_gitops.report import CheckResult, Outcome, Report, Requirement

SAMPLE = Report(
    tool="registry-gitops smoke",
    version="1.2.3",
    subject="https://registry.example.com",
    level="smoke",
    user="ci",
    config="apps/docker-registry/registry.yaml",
    revision="fb5ca7a6f1b2c3d4e5f60718293a4b5c6d7e8f90-dirty",
    command="registry-gitops smoke apps/docker-registry/registry.yaml --check location-scheme --check manifest-get",
    started=datetime(2026, 11, 25, 9, 30, 15, 250000, UTC),
    seconds=1.25,
    checks=(
        CheckResult(
            id="api-version",
            title="The API answers",
            outcome=Outcome.PASSED,
            verifies="Clients find a registry at this address.",
            seconds=0.004,
            evidence=("GET /v2/", "200 OK", "Docker-Distribution-Api-Version: registry/2.0"),
        ),
        CheckResult(
            id="location-scheme",
            title="Upload locations stay on the same scheme and host",
            outcome=Outcome.FAILED,
            verifies="Pushes work behind the Ingress.",
            seconds=0.21,
        ),
        CheckResult(
            id="tag-order",
            title="Tags come in order",
            outcome=Outcome.FAILED,
            requirement=Requirement.RECOMMENDED,
            seconds=1.0,
        ),
        CheckResult(
            id="referrers-api",
            title="Referrers can be listed",
            outcome=Outcome.NOT_SUPPORTED,
            message="the registry has no referrers API, so clients use a tag instead",
            verifies="Signatures and SBOMs are found.",
            requirement=Requirement.RECOMMENDED,
        ),
        CheckResult(
            id="tls-expiry", title="The certificate lasts", outcome=Outcome.SKIPPED, message="this is plain HTTP"
        ),
        CheckResult(
            id="tls-version", title="Old versions are refused", outcome=Outcome.SKIPPED, message="this is plain HTTP"
        ),
        CheckResult(
            id="catalog",
            title="Repositories are listed",
            outcome=Outcome.SKIPPED,
            message="uploads fail: see location-scheme",
        ),
        CheckResult(id="manifest-get", title="A manifest comes back as it was pushed", outcome=Outcome.ERROR),
        CheckResult(
            id="system-namespace",
            title="The deployment has a namespace of its own",
            outcome=Outcome.PASSED,
            requirement=Requirement.RECOMMENDED,
            seconds=0.001,
        ),
    ),
    findings=(
        Finding(
            id="location-scheme",
            message="POST /v2/app/blobs/uploads/ led to http://registry.example.com: 100% <lost>, \x1b[31m & gone",
            remedy="set `configuration.http.relativeurls: true`, or let the Ingress send `X-Forwarded-Proto: https`",
            reference="distribution/distribution issue 479",
            evidence=(
                "POST /v2/app/blobs/uploads/",
                "202 Accepted",
                "Location: http://registry.example.com/v2/\x00]]>",
            ),
        ),
        Finding(id="tag-order", severity=Severity.WARNING, message="b came before a"),
        Finding(
            id="manifest-get",
            message="the connection was closed,\r\nfrom the other side",
            evidence=("GET /v2/app/manifests/1",),
        ),
        Finding(
            id="system-namespace",
            severity=Severity.WARNING,
            message="default is a system namespace: use a namespace of its own",
            location=Location(file="apps/my registry.yaml", key="namespace"),
        ),
        Finding(
            id="unknown-key",
            message='unknown key "persistance": did you mean "persistence"?',
            location=Location(file="apps/my registry.yaml", line=3, column=5, key="values.persistance"),
        ),
        Finding(
            id="image-pull",
            message="the image registry:33 cannot be pulled",
            location=Location(object="Pod/docker-registry-5d9c7b-x2x7z"),
            remedy="set `values.image.tag` to a tag that exists",
            evidence=('Failed to pull image "registry:33": not found',),
        ),
        Finding(
            id="suspended",
            severity=Severity.WARNING,
            message="the HelmRelease is suspended",
            location=Location(object="HelmRelease/docker-registry"),
        ),
    ),
    leftovers=("manifest app@sha256:0123 with the tags latest", "blob app@sha256:4567"),
    leftover_summary="1 manifest with 1 tag, and 1 blob: 3.6 MB",
)
"""The report."""

PASSED = SAMPLE.model_copy(
    update={"checks": SAMPLE.checks[:1], "findings": (), "leftovers": (), "leftover_summary": "", "command": ""}
)
"""A report of a run in which nothing was wrong."""
