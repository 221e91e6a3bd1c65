"""How the sentences of causes are made: names of objects, what to do, and words of the cluster that fit a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.masking import excerpt

_LONGEST: Final = 600
"""Characters of what the cluster says: some of it repeats a whole log."""

RENDER: Final = "then render, commit and push"


def named(thing: Object, snapshot: Snapshot) -> str:
    """Kind/name, with the namespace where it is not that of the release."""
    here = thing.namespace in ("", snapshot.namespace)
    return str(thing) if here else f"{thing.kind}/{thing.namespace}/{thing.name}"


def said(message: str) -> str:
    """What the cluster says, on one line: without credentials, and without the log that Helm puts below it."""
    text = re.sub(r"\s+", " ", message.partition("\n\nLast Helm logs:")[0]).strip()
    return excerpt(text, _LONGEST)


def naming(release: Object | None, text: str) -> str:
    """The key of the values that holds a name, such as `values.http.existingSecret`; "" where none does."""
    found = _paths(release.map("spec.values") if release and text else {}, text, "values")
    return next((f"`{path}`" for path in found), "")


def _paths(values: Mapping[str, Any], text: str, path: str) -> Iterator[str]:
    for key, value in values.items():
        if value == text:
            yield f"{path}.{key}"
        elif isinstance(value, Mapping):
            yield from _paths(value, text, f"{path}.{key}")


_TYPES: Final = {
    "HelmRelease": "helmrelease",
    "Kustomization": "kustomization",
    "GitRepository": "source git",
    "OCIRepository": "source oci",
    "HelmRepository": "source helm",
    "HelmChart": "source chart",
    "Bucket": "source bucket",
}
"""Kinds as the flux command calls them."""


def reconcile(thing: Object, *options: str) -> str:
    """The command that makes Flux look at once."""
    return _flux("reconcile", thing, *options)


def resume(thing: Object) -> str:
    """The command that ends a suspension."""
    return _flux("resume", thing)


def _flux(verb: str, thing: Object, *options: str) -> str:
    kind = _TYPES.get(thing.kind, thing.kind.lower())
    return f"`{' '.join(('flux', verb, kind, thing.name, '-n', thing.namespace, *options))}`"
