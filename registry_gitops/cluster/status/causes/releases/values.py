"""Values that the chart refuses, and Secrets and ConfigMaps of values that Flux cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.refusals import join_keys
from registry_gitops.cluster.status.causes.releases.helm_words import last_failure
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot

_REFUSED: Final = re.compile(
    r"values don't meet the specifications|unable to validate schema"
    r"|execution error at \(|cannot unmarshal \w+ into Go ",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"could not resolve (?:optional )?(?P<kind>secret|configmap) chart values reference '(?P<name>[^']*)'"
    r"(?: with key '(?P<key>[^']*)')?: (?P<reason>.*)"
    r"|(?P<old_reason>could not find|missing key '(?P<old_key>[^']*)' in|unable to (?:read|merge) values?\b.*? in) "
    r"(?P<old_kind>secret|configmap) '(?P<old_name>[^']*)'",
    re.IGNORECASE,
)
"""How Flux names an entry of `valuesFrom` that it cannot use; before Flux 2.4 in the second way."""


def values_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The chart refuses the values, or Flux cannot read some of them."""
    release = snapshot.release
    failed = last_failure(release) if release else None
    if release is None or failed is None:
        return
    if match := _REFERENCE.search(join_words(failed.message)):
        yield _explain_reference(match, release, failed)
    elif _REFUSED.search(join_words(failed.message)):
        yield new_cause(
            CauseId.VALUES_REFUSED,
            release,
            "the chart refuses these values",
            _correct_values(list_refused_keys(failed.message, release), release),
            evidence=failed.message,
            since=failed.since,
        )


def _explain_reference(match: re.Match[str], release: Object, failed: Condition) -> Cause:
    """Explain an entry of `valuesFrom`: its object or key does not exist, or has no values."""
    kind = "Secret" if (match["kind"] or match["old_kind"]).lower() == "secret" else "ConfigMap"
    namespace, _, name = (match["name"] or match["old_name"]).rpartition("/")
    key, reason = match["key"] or match["old_key"], (match["reason"] or match["old_reason"]).lower()
    where = f"the {kind} {name} of `release.valuesFrom`"
    id_ = CauseId.SECRET_MISSING
    if "key not found" in reason or "missing key" in reason:
        message = f"{where} has no key {key}"
        remedy = f"add that key, or set `valuesKey` of the entry to one that it has; {RENDER}"
    elif "not found" in reason or "could not find" in reason:
        message = f"{where} does not exist"
        remedy = f"create it in namespace {namespace or release.namespace}, or correct `release.valuesFrom`; {RENDER}"
    else:
        id_ = CauseId.VALUES_REFUSED
        message = f"{where} has no values: {f'its key {key}' if key else 'its key'} is no map in YAML"
        remedy = (
            "correct it; or, if it is the value of one key, name that key in `targetPath` of the entry of "
            f"`release.valuesFrom`; {RENDER}"
        )
    return new_cause(id_, release, message, remedy, evidence=failed.message, since=failed.since)


def _correct_values(keys: list[str], release: Object) -> str:
    """Return where to correct keys: in the config file, or in the objects of `valuesFrom`."""
    what = join_keys(keys) or "the values"
    is_inline = any(release.get(f"spec.{key}") is not None for key in keys)
    others = [f"{entry.get('kind')}/{entry.get('name')}" for entry in release.items("spec.valuesFrom")]
    if is_inline or not others:
        return f"correct {what} in registry.yaml, not in helmrelease.yaml: `render` reports line and fix"
    return f"correct {what} in {' or '.join(others)}, which `release.valuesFrom` names"


_SCHEMA_LINE: Final = re.compile(r"^- at '([^']*)': (.*)$", re.MULTILINE | re.IGNORECASE)
"""A fault that Helm finds with the schema of the chart: - at '/a/b': got string, want integer."""
_OLD_LINE: Final = re.compile(r"^- ([A-Za-z][\w.-]*|\(root\)): (.*)$", re.MULTILINE)
"""The same of Helm before 3.18, and of the chart itself: - a.b: Invalid type."""


def list_refused_keys(message: str, release: Object) -> list[str]:
    """Return the keys of the values that a message of Helm is about."""
    if re.search(r"Go struct field \w*\.?metadata\.(?:annotations|labels)", message, re.IGNORECASE):
        return list(_find_untyped(release.map("spec.values"), "values"))
    return list(dict.fromkeys((*_parse_schema_lines(message), *_parse_old_lines(message))))


def _parse_schema_lines(message: str) -> Iterator[str]:
    for path, rest in _SCHEMA_LINE.findall(message):
        unknown = re.findall(r"'([^']+)'", rest) if "additional propert" in rest.lower() else [""]
        yield from (_join_key(*path.split("/"), key) for key in unknown)


def _parse_old_lines(message: str) -> Iterator[str]:
    for path, rest in _OLD_LINE.findall(message):
        unknown = re.search(r"additional property (\S+) is not allowed", rest, re.IGNORECASE)
        yield _join_key("" if path == "(root)" else path, unknown[1] if unknown else "")


def _join_key(*parts: str) -> str:
    return ".".join(filter(None, ("values", *parts)))


def _find_untyped(value: Any, path: str) -> Iterator[str]:
    """Yield the annotations and labels in the values that are no text."""
    if isinstance(value, Mapping):
        is_text = path.rpartition(".")[2].lower().endswith(("annotations", "labels"))
        for key, inner in value.items():
            if is_text and not isinstance(inner, str | Mapping | list):
                yield f"{path}.{key}"
            yield from _find_untyped(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _find_untyped(inner, f"{path}.{index}")


CAUSES: Final[tuple[FindCause, ...]] = (values_refused,)
