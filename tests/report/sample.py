"""A report with a result of every kind, and with text in it that each form has to write with care."""

from __future__ import annotations

from datetime import UTC, datetime

from registry_gitops.report import Outcome, Place, Report, Result, Severity

SAMPLE = Report(
    tool="registry-gitops smoke",
    version="1.2.3",
    subject="https://registry.example.com",
    started=datetime(2026, 11, 25, 9, 30, 15, 250000, UTC),
    seconds=1.25,
    results=(
        Result(
            id="api-version",
            title="The API answers",
            outcome=Outcome.PASSED,
            proves="Clients find a registry at this address.",
            reference="distribution spec, end-1",
            seconds=0.004,
            evidence=("GET /v2/", "200 OK", "Docker-Distribution-Api-Version: registry/2.0"),
        ),
        Result(
            id="location-scheme",
            title="Upload locations stay on the same scheme and host",
            outcome=Outcome.FAILED,
            message="POST /v2/app/blobs/uploads/ led to http://registry.example.com: 100% <lost>, \x1b[31m & gone",
            proves="Pushes work behind the Ingress.",
            remedy="set `configuration.http.relativeurls: true`, or let the Ingress send `X-Forwarded-Proto: https`",
            reference="distribution/distribution issue 479",
            seconds=0.21,
            evidence=(
                "POST /v2/app/blobs/uploads/",
                "202 Accepted",
                "Location: http://registry.example.com/v2/\x00]]>",
            ),
        ),
        Result(
            id="tag-order",
            title="Tags come in order",
            outcome=Outcome.FAILED,
            severity=Severity.SHOULD,
            message="b came before a",
            seconds=1.0,
            place=Place(file="registry.yaml", line=3, column=5),
        ),
        Result(
            id="referrers-api",
            title="Referrers can be listed",
            outcome=Outcome.NOT_SUPPORTED,
            message="the registry has no referrers API, so clients use a tag instead",
            proves="Signatures and SBOMs are found.",
            severity=Severity.SHOULD,
        ),
        Result(id="tls-expiry", title="The certificate lasts", outcome=Outcome.SKIPPED, message="this is plain HTTP"),
        Result(
            id="manifest-get",
            title="A manifest comes back as it was pushed",
            outcome=Outcome.ERROR,
            message="the connection was closed,\r\nfrom the other side",
            evidence=("GET /v2/app/manifests/1",),
        ),
    ),
    left=("app-1a2b:latest (sha256:0123): deletion is off",),
)
"""The report."""

PASSED = SAMPLE.model_copy(update={"results": SAMPLE.results[:1], "left": ()})
"""A report of a run in which nothing was wrong."""
