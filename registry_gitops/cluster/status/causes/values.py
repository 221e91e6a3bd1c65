"""Values that the chart refuses, and Secrets of values that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.helm import last_failure
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot

_REFUSED: Final = ("values don't meet the specifications", "execution error at", "cannot unmarshal")
_VALUES_FROM: Final = "chart values reference"


def values_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The chart refuses the values, or a Secret with values does not exist."""
    release = snapshot.release
    failed = last_failure(release) if release else None
    if release is None or failed is None:
        return
    if _VALUES_FROM in failed.message:
        yield new_cause(
            CauseId.SECRET_MISSING,
            release,
            "a Secret or ConfigMap that `valuesFrom` names does not exist, or lacks the key",
            f"create it in namespace {release.namespace}, or correct `release.valuesFrom`; {RENDER}",
            evidence=failed.message,
            since=failed.since,
        )
    elif any(words in failed.message for words in _REFUSED):
        yield new_cause(
            CauseId.VALUES_REFUSED,
            release,
            "the chart refuses these values",
            _correct_values(parse_refused_keys(failed.message), release),
            evidence=failed.message,
            since=failed.since,
        )


def _correct_values(keys: list[str], release: Object) -> str:
    """Return where to correct keys: in the config file, or in the objects of `valuesFrom`."""
    what = " and ".join(f"`{key}`" for key in keys) or "the values"
    is_inline = any(release.get(f"spec.{key}") is not None for key in keys)
    others = [f"{entry.get('kind')}/{entry.get('name')}" for entry in release.items("spec.valuesFrom")]
    if is_inline or not others:
        return f"correct {what} in registry.yaml, not in helmrelease.yaml: `render` reports line and fix"
    return f"correct {what} in {' or '.join(others)}, which `release.valuesFrom` names"


def parse_refused_keys(message: str) -> list[str]:
    """Return the keys in Helm's message: at '/a/b': ... is values.a.b, and an unknown key 'x' at '/a' is values.a.x."""
    keys = []
    for path, rest in re.findall(r"^- at '([^']*)': (.*)$", message, re.MULTILINE):
        unknown = re.findall(r"'([^']+)'", rest) if "additional propert" in rest else [""]
        keys += [".".join(["values", *(part for part in (*path.split("/"), key) if part)]) for key in unknown]
    return keys


CAUSES: Final[tuple[FindCause, ...]] = (values_refused,)
