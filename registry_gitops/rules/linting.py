"""Run the rules for deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry_gitops.deployment import RegistryDeployment, find_for_all_values
from registry_gitops.findings import Finding
from registry_gitops.rules.deployment_rules import DEPLOYMENT_RULES
from registry_gitops.rules.deployments import OutputDirectory
from registry_gitops.rules.rule_ids import parse_rule_ids


def lint(
    deployment: RegistryDeployment, directory: OutputDirectory | None = None, *, allow: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings of all rules except those in `allow` and those that the deployment switches off.

    Without a `directory`, nothing is known of the output directory. Raises InputError for an unknown id.
    """
    allowed, place = parse_rule_ids(allow) | deployment.switched_off_rules.keys(), directory or OutputDirectory()
    for rule_id in deployment.switched_off_rules:
        parse_rule_ids([rule_id], key="rules")

    rules = [rule for rule in DEPLOYMENT_RULES if rule.id not in allowed]

    def find(variant: RegistryDeployment) -> Iterator[Finding]:
        return (finding for rule in rules if not rule.as_written for finding in rule(variant, place))

    as_written = (finding for rule in rules if rule.as_written for finding in rule(deployment, place))
    return (*find_for_all_values(deployment, find), *as_written)
