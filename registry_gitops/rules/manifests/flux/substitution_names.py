"""Names of the variables that Flux substitutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.masking import show_key
from registry_gitops.repository import FluxRepository

_NAME: Final = re.compile(r"[_A-Za-z][_A-Za-z0-9]*")


def substitution_name(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A variable of postBuild has a name that Flux does not accept.

    Why: names have letters, digits, and underscores. With one other name, such as `cluster-name`, kustomize-controller
    builds nothing of the Kustomization: "var name is invalid".

    Source: https://github.com/fluxcd/kustomize-controller/issues/290

    Bad: `substitute: {cluster-name: prod}`   Good: `substitute: {cluster_name: prod}`
    """
    for name in manifest.mapping("spec", "postBuild", "substitute"):
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield Problem(
                ("spec", "postBuild", "substitute", name),
                f"Flux accepts no variable with the name {show_key(name)}",
                "write letters, digits, and underscores, and no digit first",
                on_key=True,
            )
