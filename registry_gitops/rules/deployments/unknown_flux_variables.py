"""Flux knows the variables of the config file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.manifests import PostBuild
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.substitution import VariableReference, may_refer, parse_template


def unknown_flux_variables(deployment: RegistryDeployment, _: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The config file refers to a variable that a Flux Kustomization of `flux` does not have.

    Why: Flux 2.9 applies nothing then: "variable not set (strict mode)"; earlier versions put in nothing. Without any
    variable, Flux substitutes nothing at all, not even the defaults. If a Kustomization above patches `postBuild` in,
    switch this rule off.

    Bad: `hostname: registry.${DOMAIN}` and `flux: {clusters: [production]}`
    Good: the same with `postBuild: {substituteFrom: [{kind: Secret, name: cluster-secrets}]}`
    """
    if deployment.flux is None:
        return
    config = {key: value for key, value in deployment.to_config_dict().items() if key not in ("flux", "rules")}
    found = list(_find_variables(config))
    has_default = {name: all(default for other, default in found if other == name) for name, _ in found}
    problems = {file.key: _problem(has_default, file.manifest.spec.post_build) for file in deployment.flux_files}
    yield from ((".".join(key), problem) for key, problem in problems.items() if problem)


def _problem(has_default: Mapping[str, bool], post_build: PostBuild | None) -> str:
    if not has_default:
        return ""
    defined = (post_build and post_build.substitute) or {}
    is_open = post_build and post_build.substitute_from
    if not (defined or is_open or (post_build and post_build.substitute_strategy == "Always")):
        return (
            f"the config file refers to {_list(has_default)}, and Flux substitutes nothing without a variable: add "
            "postBuild with substitute or substituteFrom"
        )
    unknown = [name for name in has_default if not has_default[name] and name not in defined]
    if unknown and not is_open:
        return (
            f"Flux does not know {_list(unknown)}, to which the config file refers: add postBuild.substitute or "
            "substituteFrom, or a default, as in ${NAME:=default}"
        )
    return ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"${{{name}}}" for name in names)


def _find_variables(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield each variable in plain data, and whether the text has a default for it."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _find_variables(item)
    elif isinstance(value, list):
        for item in value:
            yield from _find_variables(item)
    elif may_refer(value):
        for part in parse_template(value).parts:
            if isinstance(part, VariableReference):
                yield part.name, part.has_default
