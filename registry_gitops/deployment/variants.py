"""A deployment whose config file refers to variables of Flux: what holds whatever their values are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from registry_gitops.deployment.problems import format_key
from registry_gitops.deployment.registry_deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding
from registry_gitops.model import refers
from registry_gitops.substitution import by_default, is_left_to_flux


def find_for_all_values(
    deployment: RegistryDeployment, find: Callable[[RegistryDeployment], Iterable[Finding]]
) -> tuple[Finding, ...]:
    """Return what `find` finds whatever the variables without a default are; those with one have their defaults."""
    if not refers(deployment):
        return tuple(find(deployment))
    variants = deployment.variants()
    unknown = {format_key(path) for path in variants.unknown}
    certain: dict[tuple[str, str], Finding] | None = None
    for variant in variants:
        found = {_name(finding): finding for finding in find(variant) if finding.location.key not in unknown}
        certain = found if certain is None else {name: certain[name] for name in certain if name in found}
        if not certain:
            return ()
    return tuple(
        replace(finding, message=variants.name_references(finding.message)) for finding in (certain or {}).values()
    )


def require_known(text: str, key: str, remedy: str) -> str:
    """Return a text of the config file by the defaults in it. Raises InputError if it has a variable without one."""
    if is_left_to_flux(text):
        raise InputError.single(f"{text} has a variable that only Flux knows: {remedy}", key=key)
    return by_default(text, text)


def _name(finding: Finding) -> tuple[str, str]:
    return finding.id, finding.location.key
