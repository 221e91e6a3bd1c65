"""Values from a Secret or ConfigMap, as a text."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository


def literal_value(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """An entry of valuesFrom is literal and has no targetPath.

    Why: helm-controller puts a literal text at the targetPath. Without one, it ignores `literal` and parses the text as
    YAML values: a password with a colon becomes a mapping, or the release fails.

    Source: https://github.com/fluxcd/pkg/blob/main/chartutil/values.go

    Bad: `{kind: Secret, name: db, valuesKey: password, literal: true}`   Good: the same with `targetPath: db.password`
    """
    for index, reference in enumerate(manifest.list("spec", "valuesFrom")):
        if isinstance(reference, dict) and reference.get("literal") is True and not reference.get("targetPath"):
            path = ("spec", "valuesFrom", index, "literal")
            yield Problem(path, "literal has no effect without a targetPath", "add the targetPath of the value")
