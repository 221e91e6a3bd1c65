"""What goes wrong with deployments that are valid: each rule a function in a file of its own."""

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.chart_not_published import chart_not_published
from registry_gitops.rules.finding import Finding, Rule, Severity
from registry_gitops.rules.plaintext_password import plaintext_password
from registry_gitops.rules.source_path import SOURCE_PATH, misplaced

RULES = (
    Rule("plaintext-password", Severity.ERROR, plaintext_password),
    Rule("chart-not-published", Severity.WARNING, chart_not_published),
)


def lint(deployment: RegistryDeployment) -> Iterator[Finding]:
    """Every finding of every rule, in the order of the table."""
    for rule in RULES:
        yield from rule(deployment)


__all__ = ["RULES", "SOURCE_PATH", "Finding", "Rule", "Severity", "lint", "misplaced"]
