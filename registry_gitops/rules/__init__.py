"""Rules: what can be wrong with a valid deployment. One table, with one function per rule, each in its own file.

A rule gets the deployment and what is known of its output directory. It reads no file.
"""

from collections.abc import Iterable, Iterator

from registry_gitops.deployment import RegistryDeployment, find_for_all_values
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Severity
from registry_gitops.masking import quote, show_key
from registry_gitops.rules.advertised_host import advertised_host
from registry_gitops.rules.api_path import api_path
from registry_gitops.rules.azure_identity import azure_identity
from registry_gitops.rules.backend_tls import backend_tls
from registry_gitops.rules.blocked_drain import blocked_drain
from registry_gitops.rules.body_size import body_size
from registry_gitops.rules.bucket_credentials import bucket_credentials
from registry_gitops.rules.bucket_path import bucket_path
from registry_gitops.rules.cache_never_expires import cache_never_expires
from registry_gitops.rules.certificate_without_tls import certificate_without_tls
from registry_gitops.rules.chart_not_published import chart_not_published
from registry_gitops.rules.claim_change import claim_change
from registry_gitops.rules.debug_server import debug_server
from registry_gitops.rules.exposed_without_login import exposed_without_login
from registry_gitops.rules.floating_tag import floating_tag
from registry_gitops.rules.images_lost_with_pod import images_lost_with_pod
from registry_gitops.rules.index_platforms import index_platforms
from registry_gitops.rules.ingress_annotations import ingress_annotations
from registry_gitops.rules.internal_bucket import internal_bucket
from registry_gitops.rules.kustomization_files import kustomization_files
from registry_gitops.rules.login_without_tls import login_without_tls
from registry_gitops.rules.missing_unit import missing_unit
from registry_gitops.rules.node_port_range import node_port_range
from registry_gitops.rules.nothing_to_collect import nothing_to_collect
from registry_gitops.rules.object_storage_memory import object_storage_memory
from registry_gitops.rules.open_deletion import open_deletion
from registry_gitops.rules.other_config_file import other_config_file
from registry_gitops.rules.outdated_registry import outdated_registry
from registry_gitops.rules.output_directory import NamedPath, OutputDirectory, PathKind
from registry_gitops.rules.patch_content import patch_content
from registry_gitops.rules.plaintext_password import plaintext_password
from registry_gitops.rules.pod_security_level import pod_security_level
from registry_gitops.rules.redis_servers import redis_servers
from registry_gitops.rules.rollout_timeout import rollout_timeout
from registry_gitops.rules.rule import FindingsError, Rule
from registry_gitops.rules.scrape_annotations import scrape_annotations
from registry_gitops.rules.single_node_rollout import single_node_rollout
from registry_gitops.rules.slow_revert import slow_revert
from registry_gitops.rules.source_path import source_path
from registry_gitops.rules.system_namespace import system_namespace
from registry_gitops.rules.untagged_images_deleted import untagged_images_deleted
from registry_gitops.rules.unused_values import unused_values
from registry_gitops.rules.values_from import values_from

RULES = (
    Rule("plaintext-password", "No password is committed to Git", Severity.ERROR, plaintext_password),
    Rule("chart-not-published", "The source has the chart", Severity.WARNING, chart_not_published),
    Rule("source-path", "The source names the path of the output directory", Severity.ERROR, source_path),
    Rule("claim-change", "The claim of the images stays as it is", Severity.ERROR, claim_change),
    Rule("slow-revert", "A revert takes effect within 5 minutes", Severity.WARNING, slow_revert),
    Rule("kustomization-files", "The files that kustomization names exist", Severity.ERROR, kustomization_files),
    Rule("patch-content", "Each patch is one, and selects an object", Severity.ERROR, patch_content),
    Rule("pod-security", "The rendered Namespace admits the Pods", Severity.ERROR, pod_security_level),
    Rule("bucket-path", "The registry finds the bucket", Severity.WARNING, bucket_path),
    Rule("bucket-credentials", "The registry has credentials for the bucket", Severity.WARNING, bucket_credentials),
    Rule("azure-identity", "The registry has an identity in Azure", Severity.WARNING, azure_identity),
    Rule("redis-servers", "The registry knows what runs at the addresses", Severity.WARNING, redis_servers),
    Rule("rollout-timeout", "Flux waits for a rollout to its end", Severity.WARNING, rollout_timeout),
    Rule("blocked-drain", "A drain of a node can end", Severity.WARNING, blocked_drain),
    Rule("system-namespace", "The registry has a namespace of its own", Severity.WARNING, system_namespace),
    Rule("values-from", "The config file has all values that the chart needs", Severity.WARNING, values_from),
    Rule("exposed-without-login", "Clients outside the cluster need a login", Severity.WARNING, exposed_without_login),
    Rule("open-deletion", "Deletion needs a login", Severity.WARNING, open_deletion),
    Rule("login-without-tls", "Passwords are sent over TLS", Severity.WARNING, login_without_tls),
    Rule("outdated-registry", "The registry has all security fixes", Severity.WARNING, outdated_registry),
    Rule("floating-tag", "The tag of the image names a version", Severity.WARNING, floating_tag),
    Rule("images-lost-with-pod", "Images outlive the Pod", Severity.WARNING, images_lost_with_pod),
    Rule("single-node-rollout", "A rollout does not wait for the volume", Severity.WARNING, single_node_rollout),
    Rule("object-storage-memory", "The memory is enough for object storage", Severity.WARNING, object_storage_memory),
    Rule("internal-bucket", "Clients reach the object storage", Severity.WARNING, internal_bucket),
    Rule("cache-never-expires", "A cache deletes what is old", Severity.WARNING, cache_never_expires),
    Rule("nothing-to-collect", "Garbage collection can find garbage", Severity.WARNING, nothing_to_collect),
    Rule("untagged-images-deleted", "No image in use is garbage", Severity.WARNING, untagged_images_deleted),
    Rule("debug-server", "Only the Pod itself reaches its debug server", Severity.WARNING, debug_server),
    Rule("index-platforms", "All image indexes can be pushed", Severity.WARNING, index_platforms),
    Rule("advertised-host", "Uploads stay at the host of the registry", Severity.WARNING, advertised_host),
    Rule("other-config-file", "The registry reads the config.yml of the chart", Severity.WARNING, other_config_file),
    Rule("api-path", "The Ingress routes the API", Severity.WARNING, api_path),
    Rule("certificate-without-tls", "A requested certificate is used", Severity.WARNING, certificate_without_tls),
    Rule("backend-tls", "The proxy in front uses the TLS of the registry", Severity.WARNING, backend_tls),
    Rule("ingress-annotations", "The controller reads the annotations", Severity.WARNING, ingress_annotations),
    Rule("missing-unit", "Sizes have units", Severity.ERROR, missing_unit),
    Rule("body-size", "Layers of any size can be pushed", Severity.WARNING, body_size),
    Rule("unused-values", "All values have an effect", Severity.WARNING, unused_values),
    Rule("scrape-annotations", "Prometheus finds the metrics", Severity.WARNING, scrape_annotations),
    Rule("node-port-range", "The API server accepts the node port", Severity.WARNING, node_port_range),
)


def lint(
    deployment: RegistryDeployment, directory: OutputDirectory | None = None, *, allow: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of all rules except those in `allow` and those that the deployment switches off.

    Without a `directory`, nothing is known of the output directory. Raises InputError for an unknown id.
    """
    allowed, place = parse_rule_ids(allow) | deployment.switched_off_rules.keys(), directory or OutputDirectory()
    for rule_id in deployment.switched_off_rules:
        parse_rule_ids([rule_id], key="rules")

    def find(variant: RegistryDeployment) -> Iterator[Finding]:
        return (finding for rule in RULES if rule.id not in allowed for finding in rule(variant, place))

    return find_for_all_values(deployment, find)


def parse_rule_ids(ids: Iterable[str], *, key: str = "") -> frozenset[str]:
    """Return `ids` as a set. Raises InputError, naming the ids of all rules, if one of them is unknown.

    `key` is the section of the config file that they are the keys of.
    """
    known = [rule.id for rule in RULES]
    if isinstance(ids, str):
        raise InputError.single(f"{quote(ids)} is not a list of rules: write [{quote(ids)}]")
    given = frozenset(ids)
    for unknown in given.difference(known):
        message = f"unknown rule {quote(unknown)}: the rules are {', '.join(known)}"
        raise InputError.single(message, key=f"{key}.{show_key(unknown)}" if key else "")
    return given


__all__ = ["RULES", "FindingsError", "NamedPath", "OutputDirectory", "PathKind", "Rule", "lint", "parse_rule_ids"]
