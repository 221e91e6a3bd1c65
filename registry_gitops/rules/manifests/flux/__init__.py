"""Rules for objects of Flux: what every schema takes, and its controllers refuse, or ignore."""

from registry_gitops.rules.manifests.flux.applied_objects import of_applied_objects
from registry_gitops.rules.manifests.flux.autoscaled_replicas import SCALABLE_KINDS, autoscaled_replicas
from registry_gitops.rules.manifests.flux.chart_layers import chart_layer, chart_tag
from registry_gitops.rules.manifests.flux.chart_names import chart_name
from registry_gitops.rules.manifests.flux.commit_template import commit_template
from registry_gitops.rules.manifests.flux.default_branch import default_branch
from registry_gitops.rules.manifests.flux.drift_ignore_path import KINDS_WITH_IGNORE_RULES, drift_ignore_path
from registry_gitops.rules.manifests.flux.encrypted_secret import encrypted_secret
from registry_gitops.rules.manifests.flux.flux_annotation import flux_annotation, generated_flux_annotation
from registry_gitops.rules.manifests.flux.flux_patches import PATCHING_KINDS, find_broken_patches
from registry_gitops.rules.manifests.flux.forced_claim import forced_claim
from registry_gitops.rules.manifests.flux.git_credentials import git_credentials
from registry_gitops.rules.manifests.flux.go_regex import KINDS_WITH_REGEX, go_regex
from registry_gitops.rules.manifests.flux.helm_repository_type import helm_repository_type
from registry_gitops.rules.manifests.flux.ignored_chart_version import ignored_chart_version
from registry_gitops.rules.manifests.flux.ignored_health_checks import ignored_health_checks
from registry_gitops.rules.manifests.flux.ignored_path import KINDS_WITH_SOURCE_PATH, ignored_path
from registry_gitops.rules.manifests.flux.image_marker import image_marker
from registry_gitops.rules.manifests.flux.image_policy_extract import image_policy_extract
from registry_gitops.rules.manifests.flux.image_repository_name import image_repository_name
from registry_gitops.rules.manifests.flux.kustomization_file_name import kustomization_file_name
from registry_gitops.rules.manifests.flux.literal_value import literal_value
from registry_gitops.rules.manifests.flux.name_length import name_length
from registry_gitops.rules.manifests.flux.provider_credentials import provider_credentials
from registry_gitops.rules.manifests.flux.push_branch import push_branch
from registry_gitops.rules.manifests.flux.receiver_wildcard import receiver_wildcard
from registry_gitops.rules.manifests.flux.removed_api import REMOVABLE_KINDS, removed_api
from registry_gitops.rules.manifests.flux.retired_chart_repository import retired_chart_repository
from registry_gitops.rules.manifests.flux.same_path import same_path
from registry_gitops.rules.manifests.flux.short_interval import POLLING_KINDS, short_interval
from registry_gitops.rules.manifests.flux.signature_identity import KINDS_WITH_VERIFICATION, signature_identity
from registry_gitops.rules.manifests.flux.source_urls import KINDS_WITH_URL, source_url
from registry_gitops.rules.manifests.flux.source_versions import KINDS_WITH_VERSION, source_version
from registry_gitops.rules.manifests.flux.substitution_names import substitution_name, substitution_source_name
from registry_gitops.rules.manifests.flux.substitution_variables import substitution_syntax, undefined_variable
from registry_gitops.rules.manifests.flux.tag_verification import tag_verification
from registry_gitops.rules.manifests.flux.unsubstituted_variable import unsubstituted_variable

__all__ = [
    "KINDS_WITH_IGNORE_RULES",
    "KINDS_WITH_REGEX",
    "KINDS_WITH_SOURCE_PATH",
    "KINDS_WITH_URL",
    "KINDS_WITH_VERIFICATION",
    "KINDS_WITH_VERSION",
    "PATCHING_KINDS",
    "POLLING_KINDS",
    "REMOVABLE_KINDS",
    "SCALABLE_KINDS",
    "autoscaled_replicas",
    "chart_layer",
    "chart_name",
    "chart_tag",
    "commit_template",
    "default_branch",
    "drift_ignore_path",
    "encrypted_secret",
    "find_broken_patches",
    "flux_annotation",
    "forced_claim",
    "generated_flux_annotation",
    "git_credentials",
    "go_regex",
    "helm_repository_type",
    "ignored_chart_version",
    "ignored_health_checks",
    "ignored_path",
    "image_marker",
    "image_policy_extract",
    "image_repository_name",
    "kustomization_file_name",
    "literal_value",
    "name_length",
    "of_applied_objects",
    "provider_credentials",
    "push_branch",
    "receiver_wildcard",
    "removed_api",
    "retired_chart_repository",
    "same_path",
    "short_interval",
    "signature_identity",
    "source_url",
    "source_version",
    "substitution_name",
    "substitution_source_name",
    "substitution_syntax",
    "tag_verification",
    "undefined_variable",
    "unsubstituted_variable",
]
