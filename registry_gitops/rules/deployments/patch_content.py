"""Patches of `kustomization` and of post-renderers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts, ObjectReference
from registry_gitops.manifests import Selector
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.rules.patch_problems import value_problem

_SEPARATOR: Final = re.compile(r"^---\s*$", re.MULTILINE)


def patch_content(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A patch is none, or changes no object.

    Why: kustomize refuses what is neither a partial object nor a list of operations, and so builds nothing. A patch
    whose target selects nothing has no effect, and nothing reports it.

    Source: https://github.com/kubernetes-sigs/kustomize/issues/4379

    Bad: `patches: [{target: {kind: Deployment}, ...}]` in `kustomization`   Good: the same in `release.postRenderers`
    """
    options = deployment.kustomization
    objects = None if options.resources or options.components else DeploymentFacts.of(deployment).flux_objects
    for index, patch in enumerate(options.patches or ()):
        key = f"kustomization.patches[{index}]"
        named = directory.named.get(patch.path or "")
        text = patch.patch or (named.text if named else "")
        problem = _problem(text, patch.target) if text else ""
        if problem:
            yield f"{key}.{'patch' if patch.patch else 'path'}", problem
        elif patch.target and objects is not None and not any(_selects(patch.target, each) for each in objects):
            kinds = ", ".join(each.kind for each in objects)
            yield (
                f"{key}.target",
                f"selects none of the objects of the output directory, which are {kinds}: correct it, or put the patch "
                "into release.postRenderers if it is for an object of the chart",
            )
    for index, renderer in enumerate(deployment.release.post_renderers or ()):
        for number, change in enumerate((renderer.kustomize and renderer.kustomize.patches) or ()):
            problem = _problem(change.patch, change.target)
            if problem:
                yield f"release.postRenderers[{index}].kustomize.patches[{number}].patch", problem


def _problem(text: str, target: Selector | None) -> str:
    """Return what kustomize does not accept in the text of a patch, "" if it is one."""
    if text.lstrip().startswith("[") and not _is_json(text):
        return "kustomize reads a patch that begins with [ as JSON, which this is not: begin each operation with '- '"
    for document in filter(str.strip, _SEPARATOR.split(text)):
        try:
            value = load_yaml(document).value
        except YAMLError as error:
            return f"this patch is not YAML: {error.message}"
        problem = value_problem(value, has_target=target is not None)
        if problem:
            return problem
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _selects(target: Selector, reference: ObjectReference) -> bool:
    """Return whether the target can select the object: groups, labels, and annotations are not compared."""
    pairs = ((target.kind, reference.kind), (target.name, reference.name), (target.namespace, reference.namespace))
    return all(not pattern or _matches(pattern, text) for pattern, text in pairs)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:  # Go's regular expressions can have more than Python's.
        return True
