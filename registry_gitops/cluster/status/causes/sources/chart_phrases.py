"""What Flux writes if a source does not have the chart, or not as a chart."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, http_status

CHART_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"no files match pattern|all files matching pattern|source alias .{0,80}not found"
        r"|failed to apply copy operation|failed to expand path pattern|invalid (?:copy|glob|exclude)",
        "the ArtifactGenerator copies nothing",
        "correct {artifacts}: the patterns are paths from the root of each source; {then}",
    ),
    Phrase(
        r"bucket '[^']*' not found|nosuchbucket|specified bucket does not exist|bucket doesn't exist"
        r"|containernotfound|specified container does not exist",
        "the bucket does not exist",
        "correct {bucketName} and {url}; {then}",
    ),
    Phrase(
        r"authorizationheadermalformed|region .{0,40}is wrong|expecting '[\w-]+'|permanentredirect",
        "the bucket is in another region",
        "correct {region}; {then}",
    ),
    Phrase(
        r"url must be in format|url validation failed|url must not contain a tag|failed to parse url"
        r"|invalid [\w ]{0,30}url|'oci' url scheme cannot be used|unsupported protocol scheme"
        r"|first path segment in url|invalid port|could not find protocol handler|scheme \"[^\"]*\" not supported"
        r"|invalid chart name|could not parse reference",
        "its address is not valid",
        "correct {url} as the message says; {then}",
    ),
    Phrase(
        r"semver .{0,80} ?parse error|semver parse error|invalid version/constraint|improper constraint"
        r"|invalid semantic version|can't get a valid version for constraint",
        "the version is no semantic version, and no range of them",
        "correct {version}; {then}",
    ),
    Phrase(
        r"exceeds the maximum index file size|exceeds '\d+' bytes limit|exceeds limit|bigger than max archive size",
        "it is larger than source-controller accepts",
        "use a smaller repository, such as a registry (`source.type: oci`), or raise `--helm-index-max-size` or "
        "`--helm-chart-max-size` of source-controller; {then}",
    ),
    Phrase(
        rf"index\.yaml ?: {http_status(404)}|index\.yaml.{{0,40}} not found"
        rf"|repository index: .{{0,80}}failed to fetch … ?: {http_status(404)}",
        "there is no index.yaml at its address",
        "correct {url}; a registry of charts has an oci:// address; {then}",
    ),
    Phrase(
        r"failed to load (?:index|helm repository)|error converting yaml to json|no api version specified"
        r"|empty index\.yaml|error unmarshaling|no chart index|index exceeds",
        "its index cannot be read: what the server returns is no index of charts",
        "correct {url}: `curl` of it with /index.yaml shows what the server returns; {then}",
    ),
    Phrase(
        r"requires gzip-compressed body|failed to find layer with media type|failed to extract layer contents"
        r"|no layers found in artifact|failed to (?:parse|copy|extract)\b.{0,30}\blayers?|unsupported layer operation"
        r"|does not contain a layer with mediatype|could not load config with mediatype|minimum number of descriptors",
        "the artifact has no layer that Flux can use",
        "{layer}; {then}",
    ),
    Phrase(
        r"no chart name found|name[_ ]unknown|repository name not known"
        r"|repository .{0,80}(?:not found|does not exist)|project .{0,80}not found|repositorynotfound"
        r"|unable to locate any tags",
        "it has no such chart",
        "{publish}; {then}",
        CauseId.CHART_NOT_FOUND,
    ),
    Phrase(
        r"no chart version found|chart with version matching|could not locate a version|no match found for semver"
        r"|manifest[_ ]unknown|requested image not found|manifest tagged by .{0,80}not found|matching .{0,80} not found"
        rf"|not[_ ]found|\bnot found: |{http_status(404)}",
        "it has no such version",
        "{publish}; {then}",
        CauseId.CHART_NOT_FOUND,
    ),
    Phrase(
        r"invalid chart reference: stat .{0,40}: no such file or directory|no 'chart\.yaml' found"
        r"|chart\.yaml file is missing",
        "the directory has no chart",
        "{directory}; {then}",
        CauseId.CHART_NOT_FOUND,
    ),
    Phrase(
        r"values files merge error|no values file found at path",
        "a file of `valuesFiles` does not exist in the chart, or is no YAML",
        "correct `spec.chart.spec.valuesFiles` of the HelmRelease; {then}",
    ),
    Phrase(
        r"dependency build error|no chart repository for url|failed to add (?:local|remote) dependency",
        "a dependency of the chart cannot be fetched",
        "correct `dependencies` in the chart's Chart.yaml, or put the dependency into its directory charts; {then}",
    ),
    Phrase(
        r"invalid chart reference|chart package error|chart metadata patch error|unknown build error"
        r"|validation: chart\.metadata|chart illegally|chart contains illegally|decompressed chart",
        "the chart is not valid",
        "correct the chart as the message says: `helm lint` of its directory finds such errors; {then}",
    ),
    Phrase(
        r"no artifact available for \w+ source|no cached repo found",
        "Flux has not fetched its source yet, or has lost it",
        "wait: it passes by itself, for example after a restart of source-controller; at once: {retry}",
    ),
)
"""The chart: from the address and the index to its files."""
