"""Rules: what can be wrong with a valid deployment. One table, with one function per rule, each in its own file.

A rule gets the deployment and what is known of its output directory. It reads no file.
"""

from collections.abc import Iterable, Iterator

from registry_gitops.deployment import RegistryDeployment, find_for_all_values
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Severity
from registry_gitops.masking import quote
from registry_gitops.rules.blocked_drain import blocked_drain
from registry_gitops.rules.bucket_credentials import bucket_credentials
from registry_gitops.rules.bucket_path import bucket_path
from registry_gitops.rules.chart_not_published import chart_not_published
from registry_gitops.rules.claim_change import claim_change
from registry_gitops.rules.kustomization_files import kustomization_files
from registry_gitops.rules.output_directory import NamedPath, OutputDirectory, PathKind
from registry_gitops.rules.patch_content import patch_content
from registry_gitops.rules.plaintext_password import plaintext_password
from registry_gitops.rules.pod_security_level import pod_security_level
from registry_gitops.rules.redis_servers import redis_servers
from registry_gitops.rules.rule import FindingsError, Rule
from registry_gitops.rules.slow_revert import slow_revert
from registry_gitops.rules.source_path import source_path
from registry_gitops.rules.system_namespace import system_namespace
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
    Rule("redis-servers", "The registry knows what runs at the addresses", Severity.WARNING, redis_servers),
    Rule("blocked-drain", "A drain of a node can end", Severity.WARNING, blocked_drain),
    Rule("system-namespace", "The registry has a namespace of its own", Severity.WARNING, system_namespace),
    Rule("values-from", "The config file has all values that the chart needs", Severity.WARNING, values_from),
)


def lint(
    deployment: RegistryDeployment, directory: OutputDirectory | None = None, *, allow: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of all rules except those in `allow`, in the order of the rules.

    Without a `directory`, nothing is known of the output directory. Raises InputError for an unknown id.
    """
    allowed, place = parse_rule_ids(allow), directory or OutputDirectory()

    def find(variant: RegistryDeployment) -> Iterator[Finding]:
        return (finding for rule in RULES if rule.id not in allowed for finding in rule(variant, place))

    return find_for_all_values(deployment, find)


def parse_rule_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return `ids` as a set. Raises InputError, naming the ids of all rules, if one of them is unknown."""
    known = [rule.id for rule in RULES]
    if isinstance(ids, str):
        raise InputError.single(f"{quote(ids)} is not a list of rules: write [{quote(ids)}]")
    given = frozenset(ids)
    for unknown in given.difference(known):
        raise InputError.single(f"unknown rule {quote(unknown)}: the rules are {', '.join(known)}")
    return given


__all__ = ["RULES", "FindingsError", "NamedPath", "OutputDirectory", "PathKind", "Rule", "lint", "parse_rule_ids"]
