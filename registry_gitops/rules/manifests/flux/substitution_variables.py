"""Variables that Flux substitutes in objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.substitution_scope import (
    flux_variables,
    is_injected,
    is_switched_off,
    substituted_objects,
    substituted_texts,
)
from registry_gitops.substitution import SubstitutionError, VariableReference, parse_template

_ESCAPE: Final = (
    "write $${ for the characters ${, or add the annotation kustomize.toolkit.fluxcd.io/substitute: disabled"
)


def substitution_syntax(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An object has a text that Flux cannot substitute variables in.

    Why: Flux parses the whole object, with the scripts and dashboards in it. One `${` that is no variable of Flux, such
    as `${NAME-x}` or `${array[0]}` of a shell, fails the Kustomization: "variable substitution failed".

    Source: https://github.com/fluxcd/kustomize-controller/issues/290

    Bad: `run: echo ${HOST-localhost}` below a Kustomization with postBuild
    Good: `$${HOST-localhost}`, or the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`
    """
    for manifest, _ in substituted_objects(repository):
        problems = list(_syntax_errors(manifest))
        if problems and not is_switched_off(manifest, repository):
            yield from ((manifest, problem) for problem in problems)


def _syntax_errors(manifest: Manifest) -> Iterator[Problem]:
    for path, text in substituted_texts(manifest.value):
        try:
            parse_template(text)
        except SubstitutionError as error:
            reason = str(error).partition(":")[0]
            yield Problem(path, f"Flux cannot substitute variables in the text: {reason}", _ESCAPE)


def undefined_variable(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """An object has a variable that the postBuild of its Kustomization does not define.

    Why: since Flux 2.9, the Kustomization fails: "variable not set (strict mode)". Before, the variable became an empty
    text: in a script for `${HOME}`, too, which was meant for the shell.

    Source: https://github.com/fluxcd/kustomize-controller/issues/1692

    Bad: `host: app.${DOMAIN}` below `postBuild: {substitute: {CLUSTER: prod}}`   Good: DOMAIN in substitute
    """
    known = flux_variables(repository)
    found: list[tuple[Manifest, Problem]] = []
    lacking: set[int] = set()
    for manifest, kustomizations in substituted_objects(repository):
        for kustomization in kustomizations:
            problems = list(_undefined(manifest, kustomization, known)) if id(kustomization) in known else []
            if problems and not is_switched_off(manifest, repository):
                found += ((manifest, problem) for problem in problems)
                lacking.add(id(kustomization))
                break
    if not is_injected(len(lacking)):
        yield from found


def _undefined(manifest: Manifest, kustomization: Manifest, known: dict[int, set[str]]) -> Iterator[Problem]:
    for path, text in substituted_texts(manifest.value):
        missing = [name for name in _required(text) if name not in known[id(kustomization)]]
        if missing:
            yield Problem(
                path,
                f"the postBuild of the Kustomization {kustomization.name} does not define {', '.join(missing)}",
                "define it there, give it a default as in ${NAME:=default}, or write $${ for the characters ${",
            )


def _required(text: str) -> list[str]:
    """Return the names of the variables without a default in a text, each once."""
    try:
        parts = parse_template(text).parts
    except SubstitutionError:
        return []
    references = [part for part in parts if isinstance(part, VariableReference) and not part.has_default]
    return list(dict.fromkeys(reference.name for reference in references))
