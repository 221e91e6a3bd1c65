"""What an object's schema refuses, and the rules in CEL of its definition."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.rule import Rule

SCHEMA_RULES: Final = (
    Rule(
        "unknown-field",
        "The kind has each field",
        Severity.ERROR,
        text="""A field is none that the kind has, such as a name with a typo.

        Why: Flux applies objects with server-side apply, which refuses the whole object: `.spec.replica: field not
        declared in schema`. kustomize refuses unknown fields of its files. Other clients drop the field without a word,
        and the default stays in force.
        Source: https://github.com/fluxcd/kustomize-controller/issues/699
        Bad: `spec: {replica: 2}` in a Deployment
        Good: `spec: {replicas: 2}`
        """,
    ),
    Rule(
        "wrong-type",
        "Each value has the type of its field",
        Severity.ERROR,
        text="""A value has another type than its field: a number for a string, a mapping for a list.

        Why: the API server refuses the object. YAML reads `true`, `8080`, and `1.10` without quotes as a boolean and as
        numbers, which labels, annotations, and the env of a container do not take. The default of a variable, such as
        that of `${REPLICAS:=two}`, is read as YAML as well.
        Source: https://github.com/kubernetes-sigs/headlamp/issues/1896
        Bad: `env: [{name: PORT, value: 8080}]`
        Good: `env: [{name: PORT, value: "8080"}]`
        """,
    ),
    Rule(
        "missing-field",
        "Each required field is there",
        Severity.ERROR,
        text="""A field that the kind requires is missing, or is null.

        Why: the API server refuses the object. If a patch of the run changes objects of the kind, the patch can add
        the field, and nothing is reported. In a file, it is a warning for objects of Flux: the Flux Kustomization that
        applies them, which may be in another repository, often adds their interval or source.
        Source: https://github.com/fluxcd/website/pull/1091
        Bad: a Deployment without `spec.selector`
        Good: `selector: {matchLabels: {app: registry}}`
        """,
    ),
    Rule(
        "null-field",
        "No field of a custom resource is null",
        Severity.WARNING,
        text="""A field of a custom resource is null, such as one whose value was deleted.

        Why: Flux applies objects with server-side apply, which refuses null for a field without a default:
        `spec.path: Invalid value: "null"`. Clients that create objects drop the field. If a patch of the run changes
        the object, the patch can set the field, and nothing is reported.
        Source: https://github.com/fluxcd/helm-controller/issues/796
        Bad: `postBuild: null` in a Kustomization
        Good: no `postBuild`
        """,
    ),
    Rule(
        "duplicate-list-item",
        "Each item of a list with keys is there once",
        Severity.ERROR,
        text="""Two items of a list have the same keys, such as two variables of one name.

        Why: Flux applies objects with server-side apply, which refuses the whole object: `duplicate entries for key
        [name="PORT"]`. Clients that create or replace objects accept most of them, and the last item counts.
        Source: https://github.com/airbytehq/airbyte-platform/pull/402
        Bad: `env: [{name: PORT, value: "5000"}, {name: PORT, value: "5001"}]`
        Good: `env: [{name: PORT, value: "5001"}]`
        """,
    ),
    Rule(
        "invalid-value",
        "Each value is one that its field allows",
        Severity.ERROR,
        text="""A value is none that its field allows: of an enum, a pattern, a range, or one of several forms.

        Why: the API server refuses the object. Durations of Flux need units: `5` is none.
        Source: https://github.com/fluxcd/helm-controller/pull/559
        Bad: `interval: "5"`
        Good: `interval: 5m`
        """,
    ),
    Rule(
        "cel-rule",
        "The rules of the kind hold",
        Severity.ERROR,
        text="""A rule of the custom resource's definition, written in CEL, is not true of the object.

        Why: the API server refuses the object: `either chart or chartRef must be set`. The rules see the defaults of
        the definition. A rule that another field would satisfy is judged as a missing field is: not at all if a patch
        of the run changes objects of the kind, and as a warning for objects of Flux in a file.
        Source: https://github.com/fluxcd/helm-controller/issues/1233
        Bad: `chart` and `chartRef` in one HelmRelease
        Good: only one of them
        """,
    ),
)
