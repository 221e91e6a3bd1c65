"""What the API server would make of objects: kubectl tries to apply each of them, and changes nothing."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from registry_gitops.cluster import (
    Kubectl,
    KubectlResult,
    UnknownKindError,
    parse_error,
    parse_objects,
    run_commands,
)
from registry_gitops.diff.plain_objects import PlainObject, look_up
from registry_gitops.masking import excerpt

_PROCESSES: Final = 8
"""Maximum number of kubectls at the same time: each takes up to 100 MB."""
_LONGEST: Final = 400
"""Maximum characters of a refusal."""

_REFUSED: Final = re.compile(r"^(Error from server|The \S+ \"[^\"]*\" is invalid)", re.MULTILINE)
_NO_NAMESPACE: Final = re.compile(r"\(NotFound\): namespaces \"")
_NO_PERMISSION: Final = re.compile(r"User \"[^\"]*\" cannot \w+ resource")

_T = TypeVar("_T")


@dataclass(frozen=True)
class Trial:
    """What the API server makes of an object."""

    result: PlainObject | None = None
    """The object as it would be. None if it is refused, if its namespace is still to be created, or if not known."""
    refusal: str = ""
    """Why the API server refuses it."""
    is_unknown: bool = False
    """Whether this user is not allowed to try it."""


def try_to_apply(kubectl: Kubectl, objects: Sequence[PlainObject], namespace: str, manager: str) -> list[Trial]:
    """Return what becomes of each object if `manager` applies it; `namespace` is that of those that name none.

    Raises ClusterError if the cluster is unreachable.
    """
    options = ("--server-side", "--force-conflicts", f"--field-manager={manager}", "--dry-run=server")
    return _run(kubectl, objects, namespace, ("apply", *options, "--output", "json"), _parse_trial)


def read_live(kubectl: Kubectl, objects: Sequence[PlainObject], namespace: str) -> list[PlainObject | None]:
    """Return each object as it is in the cluster, None if it is not there. Raises ClusterError."""
    return _run(kubectl, objects, namespace, ("get", "--ignore-not-found", "--output", "json"), _parse_live)


def _run(
    kubectl: Kubectl,
    objects: Sequence[PlainObject],
    namespace: str,
    words: Sequence[str],
    parse: Callable[[KubectlResult], _T],
) -> list[_T]:
    """Return what a command prints of each object, which it reads from a file that only this user can read."""
    results = list[_T]()
    with tempfile.TemporaryDirectory() as directory:
        commands = []
        for index, plain in enumerate(objects):
            file = Path(directory, f"{index}.json")
            file.write_text(json.dumps(plain), "utf-8")
            there = look_up(plain, "metadata", "namespace", default=namespace)
            commands.append(kubectl.command(there, *words, "--filename", str(file)))
        for start in range(0, len(commands), _PROCESSES):
            results += run_commands(commands[start : start + _PROCESSES], parse)
    return results


def _parse_live(result: KubectlResult) -> PlainObject | None:
    try:
        found = parse_objects(result)
    except UnknownKindError:
        return None
    return found.items[0] if found.items else None


def _parse_trial(result: KubectlResult) -> Trial:
    if result.exit_code == 0:
        return Trial(parse_objects(result).items[0])
    error = parse_error(result.stderr)
    if _NO_PERMISSION.search(result.stderr):
        return Trial(is_unknown=True)
    if _NO_NAMESPACE.search(result.stderr):
        return Trial()
    if isinstance(error, UnknownKindError) or _REFUSED.search(result.stderr):
        return Trial(refusal=excerpt(str(error), _LONGEST))
    raise error
