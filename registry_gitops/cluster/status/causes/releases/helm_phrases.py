"""The known sentences of Helm and helm-controller about a run that failed, of Helm 3 and Helm 4.

Those of the API server are in `refusal_phrases` and `changed_fields`.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.refusals import Refusal
from registry_gitops.cluster.status.causes.releases.helm_objects import describe_owner, describe_wait
from registry_gitops.cluster.status.causes.releases.helm_words import release_name, storage_namespace, then_retry
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.snapshot import Snapshot

_DELETE_RECORD: Final = (
    "`kubectl delete secret -n {storage} -l 'owner=helm,name={release},"
    "status in (pending-install,pending-upgrade,pending-rollback,uninstalling)'`{retry}"
)
_THE_CHART: Final = "the message names the file and the line"

HELM_PHRASES: Final[tuple[Phrase, ...]] = (
    # Runs that were cut off
    Phrase(
        r"unlocked helm release\b",
        "a run of Helm was cut off, for example because helm-controller restarted; it has unlocked the release",
        "wait: it begins again by itself. If this comes again and again: `kubectl describe pods -n flux-system "
        "-l app=helm-controller` shows why its Pod ended",
        CauseId.RELEASE_LOCKED,
    ),
    Phrase(
        r"another operation \(install/upgrade/rollback\) is in progress",
        "another run of Helm works on the release, or was cut off and has left it locked",
        f"if `helm` or another HelmRelease works on it, wait. If not, delete the record of that run: {_DELETE_RECORD}",
        CauseId.RELEASE_LOCKED,
        has_names=True,
    ),
    Phrase(
        r"has no deployed releases|unable to determine state for release with status '(?:uninstalling|unknown)'",
        "a run of Helm was cut off while it removed the release, so that Helm can neither upgrade nor install it",
        f"delete the record of that run; the objects of the release stay: {_DELETE_RECORD}",
        CauseId.RELEASE_LOCKED,
    ),
    Phrase(
        r"cannot re-?use a name that is still in use",
        "Helm has a record of a release of this name that is not complete",
        f"if no other HelmRelease has the name, delete the record of the run that was cut off: {_DELETE_RECORD}",
        CauseId.RELEASE_LOCKED,
    ),
    Phrase(
        r'secrets "?sh\.helm\.release\.[^"]*"? already exists|release: already exists',
        "two runs of Helm worked on the release at the same time",
        "let one HelmRelease alone have this `release.releaseName` and namespace, and run no `helm upgrade` by "
        "hand{retry}",
        CauseId.RELEASE_LOCKED,
        has_names=True,
    ),
    Phrase(
        r"atomic release canceled|release .* canceled: context canceled",
        "the run of Helm was cut off because helm-controller ended",
        "wait: it begins again by itself when helm-controller runs again",
        CauseId.RELEASE_LOCKED,
    ),
    # Objects of others
    Phrase(
        r"exists and cannot be imported into the current release",
        "{object} exists already, and {owner}",
        "{adopt}",
        CauseId.NOT_OWNED,
    ),
    # The chart
    Phrase(
        r"chart requires kubeVersion",
        "the chart is for another version of Kubernetes",
        f"use a version of the chart that is for this one (`source.version`, or `source.ref`), or upgrade the cluster; "
        f"{RENDER}",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r"found in chart\.yaml, but missing in charts/ directory|chart directory is missing these dependencies",
        "the chart lacks a chart that it depends on",
        "commit the dependencies in its folder `charts`: `helm dependency update` downloads them; then commit and push",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r'mapping key "[^"]+" already defined',
        "the chart renders a key twice with these values",
        "remove from the values what the chart sets itself, such as a label of `values.commonLabels`, or use another "
        f"version of the chart; {RENDER}",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r"yaml parse error on|post render on \w+: .*\byaml: (?:unmarshal errors|line \d)",
        "a template of the chart does not render YAML with these values",
        f"{_THE_CHART}: quote the value that it prints, or correct the chart; {RENDER}",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r"error while running post render\b|error while parsing post rendered output",
        "`release.postRenderers` cannot be applied to what the chart renders",
        f"correct its patch: the message names the object or the path that does not exist; {RENDER}",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r"`?selector`? does not match template `?labels`?",
        "the labels of the Pods differ from the selector of the workload",
        "remove from `values.podLabels` the labels that the chart sets itself (`app.kubernetes.io/name` and "
        f"`app.kubernetes.io/instance`); {RENDER}",
        CauseId.OBJECT_INVALID,
    ),
    Phrase(
        r"quantities must match the regular expression",
        "a size or an amount in the values is no quantity of Kubernetes",
        f"correct it, for example to 500m, 512Mi, or 10Gi (`values.resources`, `values.persistence.size`); {RENDER}",
        CauseId.OBJECT_INVALID,
    ),
    Phrase(
        r"failed to create typed patch object .*duplicate entries for key",
        "the chart sets an entry of a list twice, which a server-side apply refuses",
        "remove one of the two from the values, such as a variable of `values.extraEnvVars` that the chart sets, too; "
        f"{RENDER}",
        CauseId.OBJECT_INVALID,
    ),
    Phrase(
        r"field not declared in schema|unknown field \"|error validating data: |ValidationError\(",
        "an object of the release has a field that its kind does not have",
        f"correct its name in the values that are copied into the object, such as `values.extraDeploy`; {RENDER}",
        CauseId.OBJECT_INVALID,
        has_names=True,
    ),
    Phrase(
        r'executing "[^"]*" at <|parse error (?:at|in) \('
        r"|function \"[^\"]+\" not defined|nil pointer evaluating|error calling \w+:"
        r"|can't evaluate field|wrong type for value|error during tpl function execution|cannot parse template"
        r"|rendering template failed|unable to execute template",
        "a template of the chart fails with these values",
        f"{_THE_CHART}, and often the value that it reads: correct its type, or use another version of the chart; "
        f"{RENDER}",
        CauseId.CHART_FAILED,
    ),
    # What Helm stores
    Phrase(
        r"data: Too long: |request is too large|trying to send message larger than max|request entity too large"
        r"|status code 413\b",
        "the record of the release is larger than a Secret can be; Helm stores the whole chart and its values in it",
        "remove large files from the directory of the chart, or list them in its file .helmignore; then commit and "
        "push",
        CauseId.OBJECT_INVALID,
    ),
    Phrase(
        r"invalid release name|release name \S+ exceeds|must be no more than (?:53|63) (?:characters|bytes)"
        r"|the length must not be longer than 53",
        "the name of the release, or of one of its objects, is too long",
        f"set a shorter `name`, `release.releaseName`, or `values.fullnameOverride`; {RENDER}",
        CauseId.OBJECT_INVALID,
    ),
    Phrase(
        r"could not get kubeconfig (?:secret|configmap)|failed to get kubeconfig",
        "the kubeconfig of `release.kubeConfig` does not exist",
        f"create it in namespace {{namespace}}, or correct `release.kubeConfig`; {RENDER}",
        CauseId.SECRET_MISSING,
    ),
)

LATE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"helm test failed for release",
        "the test of the release failed",
        "run it, and read its log: `helm test {release} -n {namespace} --logs`; `release.test.enable: false` turns it "
        "off",
        CauseId.HOOK_FAILED,
    ),
    Phrase(
        r"failed (?:pre|post)-(?:install|upgrade|rollback|delete)\b"
        r"|(?:pre|post)-(?:install|upgrade|rollback|delete) hooks? failed|warning: hook \S+ .*failed",
        "a hook of the chart failed",
        "read the log of its Job or Pod: {hook_log}",
        CauseId.HOOK_FAILED,
    ),
    Phrase(
        r"\bjob \S+ failed(?:: \w+|\b)|\bjob is failed: |\bpod \S+ failed\b",
        "a Job or Pod of the chart failed, for which Helm waits",
        "read its log: {hook_log}",
        CauseId.HOOK_FAILED,
    ),
    Phrase(
        r"failed to install CRD\b|failed to (?:apply|create|update|get) customresourcedefinition",
        "Helm cannot install the CRDs of the chart",
        f"correct what the message names; or set `release.install.crds: Skip`, and install them otherwise; {RENDER}",
        CauseId.CHART_FAILED,
    ),
    Phrase(
        r"failed early due to stalled resources|not ready\. status: failed",
        "{waited} failed, so that Helm did not wait any longer",
        "{wait_remedy}",
        CauseId.RELEASE_TIMEOUT,
    ),
    Phrase(
        r"timeout waiting for: \[|timed out waiting for the condition"
        r"|context deadline exceeded|would exceed context deadline|not ready\. status: |termination timeout: ",
        "{waited} did not become ready within the timeout of {timeout}",
        "{wait_remedy}",
        CauseId.RELEASE_TIMEOUT,
    ),
)
"""Sentences about what the release waits for: the Pods of the registry can be the cause."""


def explain_helm(message: str, snapshot: Snapshot) -> Refusal | None:
    """Return what a sentence of Helm means that is about the release itself, or None if it is not known."""
    return _explain(message, snapshot, HELM_PHRASES)


def explain_wait(message: str, snapshot: Snapshot) -> Refusal | None:
    """Return what a sentence of Helm means that is about what the release waits for, or None if it is not known."""
    return _explain(message, snapshot, LATE_PHRASES)


def _explain(message: str, snapshot: Snapshot, phrases: tuple[Phrase, ...]) -> Refusal | None:
    phrase, release = find_phrase(message, phrases), snapshot.release
    if phrase is None or phrase.id is None or release is None:
        return None
    names = {
        "release": release_name(release),
        "namespace": snapshot.target_namespace,
        "storage": storage_namespace(release),
        "retry": then_retry(release),
        **describe_owner(message, release),
        **describe_wait(message, snapshot),
    }
    return Refusal(phrase.id, phrase.message.format_map(names), phrase.remedy.format_map(names))
