"""Fields that drift detection ignores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests import flux_kinds as kinds

_RULES: Final[dict[str, Path]] = {
    kinds.HELM_RELEASE: ("spec", "driftDetection", "ignore"),
    kinds.FLUX_KUSTOMIZATION: ("spec", "ignore"),
}
KINDS_WITH_IGNORE_RULES: Final = frozenset(_RULES)
_UNESCAPED: Final = re.compile(r"/metadata/(annotations|labels)/[^/]+/.")


def drift_ignore_path(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A path that drift detection ignores is no JSON pointer to a field.

    Why: Flux looks for it, finds nothing, and goes on correcting the field: against an autoscaler or a webhook that
    sets it again, for ever. A pointer begins with a slash, and a slash inside of a key is written as ~1.

    Source: https://github.com/fluxcd/helm-controller/pull/815

    Bad: `paths: [spec.replicas]`   Good: `paths: [/spec/replicas]`
    """
    start = _RULES[manifest.group_kind]
    for index, rule in enumerate(manifest.list(*start)):
        paths = rule.get("paths") if isinstance(rule, dict) else None
        for position, pointer in enumerate(paths if isinstance(paths, list) else ()):
            if not isinstance(pointer, str) or is_decided_later(pointer) or pointer == "":
                continue
            path = (*start, index, "paths", position)
            if not pointer.startswith("/"):
                yield Problem(path, "a JSON pointer begins with a slash", "write the path as /spec/replicas")
            elif _UNESCAPED.match(pointer):
                yield Problem(path, "a slash inside of a key separates two keys here", "write it as ~1")
