"""Patches and selectors of kustomize: in kustomization files, post-renderers, and drift rules."""

from __future__ import annotations

import re

from registry_gitops.manifests.resource import ManifestModel
from registry_gitops.model import RuleErrors, rule_error

# A list of operations (RFC 6902) opens with "- op:" in YAML and with "[" in JSON.
_JSON_PATCH = re.compile(r"(\s|---|#.*\n)*(-\s|\[)")


class Selector(ManifestModel):
    """Selects the objects that match every field that is set. Upstream: kustomize's Selector."""

    group: str | None = None
    """Regular expression for the API group."""

    version: str | None = None
    """Regular expression for the API version."""

    kind: str | None = None
    """Regular expression for the kind."""

    name: str | None = None
    """Regular expression for the name."""

    namespace: str | None = None
    """Regular expression for the namespace."""

    annotation_selector: str | None = None
    """Condition on annotations, in the syntax of label selectors."""

    label_selector: str | None = None
    """Condition on labels, such as "environment in (production, staging)"."""


def json_patch_errors(patch: str | None, target: Selector | None) -> RuleErrors:
    """Yield an error for a JSON patch without a target: such a patch names no object itself."""
    if patch is not None and target is None and _JSON_PATCH.match(patch):
        yield rule_error("needs_target", "a list of JSON patch operations names no object: set `target`")
