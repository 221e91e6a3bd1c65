"""What a chart refuses of the values of a HelmRelease, and what Flux refuses of a chart in the repository.

`validation/charts` finds all of it, because it reads the files of charts.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.rule import Rule

CHART_RULES: Final = (
    Rule(
        "chart-values",
        "The chart accepts the values",
        Severity.ERROR,
        text="""
        A HelmRelease has a value that the values.schema.json of its chart refuses.

        Why: Helm merges the values over those of the chart, and installs nothing if a schema refuses the result. Flux
        reports it in the status of the HelmRelease only: the release before stays, and gets no update. The chart must
        be in sight: in the repository, or given by `--chart NAME=PATH`.

        Source: https://github.com/sigstore/helm-charts/issues/888

        Bad: `values: {ingres: {enabled: true}}`   Good: `values: {ingress: {enabled: true}}`
        """,
    ),
    Rule(
        "chart-not-found",
        "The source has the chart",
        Severity.ERROR,
        text="""
        The chart of a HelmRelease is a path of this repository at which there is no chart.

        Why: the path counts from the root of the source, whichever file the HelmRelease is in. Flux reports "invalid
        chart reference", and installs nothing. It is reported only if Kustomizations show that the source is this
        repository.

        Source: https://github.com/fluxcd/helm-operator/issues/327

        Bad: `chart: ./chart`   Good: `chart: ./apps/registry/chart`
        """,
    ),
    Rule(
        "missing-values-file",
        "The files of valuesFiles exist",
        Severity.ERROR,
        text="""
        A file of valuesFiles does not exist.

        Why: for a chart in a Git repository or a bucket, each path counts from the root of the source, not from the
        chart. Flux then makes no chart, and the release gets no update.

        Source: https://github.com/fluxcd/helm-controller/issues/221

        Bad: `valuesFiles: [values-prod.yaml]`   Good: `valuesFiles: [./charts/app/values-prod.yaml]`
        """,
    ),
    Rule(
        "broken-chart",
        "Helm can load the chart",
        Severity.ERROR,
        text="""
        The chart of a HelmRelease has a file that Helm cannot load.

        Why: Flux packages a chart only if its Chart.yaml has a name and a semantic version, and if its values and its
        schema can be read. Otherwise the HelmRelease keeps what it had, and reports "invalid chart reference".

        Source: https://github.com/rancher/local-path-provisioner/issues/436

        Bad: `version: master-head`   Good: `version: 0.1.0`
        """,
    ),
    Rule(
        "missing-chart-dependency",
        "The repository has the local dependencies of the chart",
        Severity.ERROR,
        text="""
        A dependency of a chart is a directory of the repository that has no chart.

        Why: Flux downloads a dependency that has the URL of a repository. One with a `file://` path, or without
        `repository`, must be in the same source, or Flux cannot package the chart.

        Source: https://github.com/fluxcd/source-controller/issues/194

        Bad: `repository: file://../missing`   Good: `repository: file://../common`
        """,
    ),
    Rule(
        "chart-defaults",
        "The schema of the chart accepts its own values",
        Severity.ERROR,
        text="""
        The values.yaml of a chart has a value that its values.schema.json refuses, and no HelmRelease overrides it.

        Why: Helm checks the merged values, so the release fails with values that its author never wrote.

        Source: https://github.com/Altinity/helm-charts/issues/83

        Bad: `extraVolumes: []` where the schema wants a mapping   Good: `extraVolumes: {}`
        """,
    ),
)
