"""Comments that mark the images which Flux updates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Path, Problem, YAMLDocument
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux_kinds import IMAGE_POLICY

_MARKER: Final = re.compile(r"""\{ *["']\$imagepolicy["'] *: *["'](?P<setter>[^"']*)["'] *\}""")
_SETTER: Final = re.compile(r"(?P<namespace>[^:/]+):(?P<name>[^:/]+)(:(tag|name|digest))?")


def image_marker(repository: FluxRepository) -> Iterator[tuple[YAMLDocument, Problem]]:
    """A marker for image updates names no ImagePolicy.

    Why: image-automation-controller skips it without a word: the image stays as it is, and looks up to date.

    Source: https://github.com/fluxcd/image-automation-controller/issues/361

    Bad: `image: app:1.0 # {"$imagepolicy": "flux-system/app"}`
    Good: `image: app:1.0 # {"$imagepolicy": "flux-system:app"}`
    """
    policies = {(policy.namespace, policy.name) for policy in repository.of_kind(IMAGE_POLICY)}
    for document in repository.documents:
        if "$imagepolicy" in document.text:
            for number, line in enumerate(document.text.split("\n"), document.first_line):
                marker = _MARKER.search(line)
                message = _message(marker["setter"], policies) if marker else ""
                path = _path_at(document, number) if message else None
                if path is not None:
                    remedy = 'write # {"$imagepolicy": "NAMESPACE:NAME"}, or NAMESPACE:NAME:tag for the tag alone'
                    yield document, Problem(path, message, remedy)


def _message(setter: str, policies: set[tuple[str, str]]) -> str:
    if "${" in setter:
        return ""
    parts = _SETTER.fullmatch(setter)
    if not parts:
        return "the marker has not the form NAMESPACE:NAME of an ImagePolicy"
    candidates = {namespace for namespace, name in policies if name == parts["name"]}
    if policies and not candidates:
        return f"the repository has no ImagePolicy {parts['namespace']}/{parts['name']}"
    return ""


def _path_at(document: YAMLDocument, line: int) -> Path | None:
    """Return the path of the value on a line, or None if no value begins there."""
    return next((path for path in _leaves(document.value) if document.position(path)[0] == line), None)


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path
