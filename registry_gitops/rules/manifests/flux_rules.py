"""What Flux's controllers do with objects that every schema takes."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.manifests import flux
from registry_gitops.rules.manifests import flux_kinds as kinds
from registry_gitops.rules.rule import Rule

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING


def _only(*names: str) -> frozenset[str]:
    return frozenset(names)


_RULES: Final = (
    Rule(
        "removed-flux-api",
        "Flux serves the API version of each object",
        _WARNING,
        manifest=flux.removed_api,
        kinds=flux.REMOVABLE_KINDS,
    ),
    Rule(
        "retired-chart-repository",
        "Chart repositories exist, and have fixes",
        _ERROR,
        manifest=flux.retired_chart_repository,
        kinds=_only(kinds.HELM_REPOSITORY),
    ),
    Rule(
        "helm-repository-type",
        "The type of a HelmRepository fits its URL",
        _ERROR,
        manifest=flux.helm_repository_type,
        kinds=_only(kinds.HELM_REPOSITORY),
    ),
    Rule(
        "source-url",
        "URLs of sources have no part too many",
        _ERROR,
        manifest=flux.source_url,
        kinds=flux.KINDS_WITH_URL,
    ),
    Rule(
        "source-version",
        "Versions of sources can be parsed",
        _ERROR,
        manifest=flux.source_version,
        kinds=flux.KINDS_WITH_VERSION,
    ),
    Rule("chart-layer", "The layer of a chart is selected", _ERROR, repository=flux.chart_layer),
    Rule("chart-tag", "The OCIRepository of a chart has a version", _WARNING, repository=flux.chart_tag),
    Rule(
        "signature-identity",
        "Signatures are verified, and of a known signer",
        _ERROR,
        manifest=flux.signature_identity,
        kinds=flux.KINDS_WITH_VERIFICATION,
    ),
    Rule(
        "ignored-chart-version",
        "The version of a chart pins it",
        _WARNING,
        manifest=flux.ignored_chart_version,
        kinds=_only(kinds.HELM_RELEASE),
    ),
    Rule(
        "literal-value",
        "Literal values have a target",
        _WARNING,
        manifest=flux.literal_value,
        kinds=_only(kinds.HELM_RELEASE),
    ),
    Rule(
        "flux-annotation",
        "Flux knows the values of its annotations",
        _WARNING,
        manifest=flux.flux_annotation,
        repository=flux.generated_flux_annotation,
    ),
    Rule(
        "name-length",
        "Names fit into the labels of Flux",
        _ERROR,
        manifest=flux.name_length,
        kinds=_only(kinds.HELM_RELEASE, kinds.FLUX_KUSTOMIZATION),
    ),
    Rule(
        "kustomization-file-name",
        "Files named kustomization.yaml are kustomize's",
        _ERROR,
        repository=flux.kustomization_file_name,
    ),
    Rule(
        "ignored-path",
        "Sources have the directories that Flux takes from them",
        _ERROR,
        manifest=flux.ignored_path,
        kinds=flux.KINDS_WITH_SOURCE_PATH,
    ),
    Rule(
        "substitution-name",
        "Flux accepts the names of variables",
        _ERROR,
        manifest=flux.substitution_name,
        repository=flux.substitution_source_name,
        kinds=_only(kinds.FLUX_KUSTOMIZATION),
    ),
    Rule("substitution-syntax", "Flux can substitute variables", _ERROR, repository=flux.substitution_syntax),
    Rule("undefined-variable", "Variables of Flux are defined", _WARNING, repository=flux.undefined_variable),
    Rule(
        "unsubstituted-variable",
        "Variables have a Kustomization that substitutes them",
        _WARNING,
        repository=flux.unsubstituted_variable,
    ),
    Rule("encrypted-secret", "Encrypted Secrets are decrypted", _ERROR, repository=flux.encrypted_secret),
    Rule("same-path", "One Kustomization applies a directory", _WARNING, repository=flux.same_path),
    Rule(
        "ignored-health-checks",
        "Flux does all health checks",
        _WARNING,
        manifest=flux.ignored_health_checks,
        kinds=_only(kinds.FLUX_KUSTOMIZATION),
    ),
    Rule(
        "drift-ignore-path",
        "Paths of drift detection are JSON pointers",
        _WARNING,
        manifest=flux.drift_ignore_path,
        kinds=flux.KINDS_WITH_IGNORE_RULES,
    ),
    Rule(
        "autoscaled-replicas",
        "One of Flux and an autoscaler sets replicas",
        _WARNING,
        manifest=flux.autoscaled_replicas,
        kinds=flux.SCALABLE_KINDS,
    ),
    Rule(
        "short-interval",
        "Flux asks servers at most every 10 seconds",
        _WARNING,
        manifest=flux.short_interval,
        kinds=flux.POLLING_KINDS,
    ),
    Rule(
        "git-credentials",
        "Git servers get the credentials that they need",
        _ERROR,
        manifest=flux.git_credentials,
        kinds=_only(kinds.GIT_REPOSITORY),
    ),
    Rule(
        "tag-verification",
        "A tag is checked out whose signature is verified",
        _ERROR,
        manifest=flux.tag_verification,
        kinds=_only(kinds.GIT_REPOSITORY),
    ),
    Rule("go-regex", "Regular expressions compile in Go", _ERROR, manifest=flux.go_regex, kinds=flux.KINDS_WITH_REGEX),
    Rule(
        "image-policy-extract",
        "An ImagePolicy extracts a group of its pattern",
        _ERROR,
        manifest=flux.image_policy_extract,
        kinds=_only(kinds.IMAGE_POLICY),
    ),
    Rule("image-marker", "Markers name an ImagePolicy", _WARNING, repository=flux.image_marker),
    Rule(
        "push-branch",
        "Image updates have a branch",
        _ERROR,
        manifest=flux.push_branch,
        kinds=_only(kinds.IMAGE_UPDATE_AUTOMATION),
    ),
    Rule(
        "commit-template",
        "Messages of commits have fields that exist",
        _ERROR,
        manifest=flux.commit_template,
        kinds=_only(kinds.IMAGE_UPDATE_AUTOMATION),
    ),
    Rule(
        "provider-credentials",
        "Providers have what their type needs",
        _ERROR,
        manifest=flux.provider_credentials,
        kinds=_only(kinds.PROVIDER),
    ),
    Rule(
        "receiver-wildcard",
        "A Receiver selects objects",
        _ERROR,
        manifest=flux.receiver_wildcard,
        kinds=_only(kinds.RECEIVER),
    ),
    Rule(
        "chart-name",
        "The chart of a HelmRelease is a name in its HelmRepository",
        _ERROR,
        manifest=flux.chart_name,
        kinds=_only(kinds.HELM_RELEASE),
    ),
    Rule(
        "default-branch",
        "GitRepositories name what they check out",
        _WARNING,
        manifest=flux.default_branch,
        kinds=_only(kinds.GIT_REPOSITORY),
    ),
    Rule(
        "image-repository-name",
        "ImageRepositories have names without a tag",
        _ERROR,
        manifest=flux.image_repository_name,
        kinds=_only(kinds.IMAGE_REPOSITORY),
    ),
    Rule(
        "forced-claim",
        "Flux deletes no claim to change it",
        _WARNING,
        manifest=flux.forced_claim,
        kinds=_only("PersistentVolumeClaim"),
    ),
)

FLUX_RULES: Final[tuple[Rule, ...]] = tuple(map(flux.of_applied_objects, _RULES))
