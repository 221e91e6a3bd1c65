"""kubectl commands that only read, and the objects that they print."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry_gitops.cluster.kubectl_errors import ClusterError, error_lines, parse_error


@dataclass(frozen=True)
class KubectlResult:
    """Exit code and output of a kubectl command."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class ObjectList:
    """The objects that a `kubectl get` returned."""

    items: tuple[Mapping[str, Any], ...] = ()
    """The objects, as kubectl prints them."""

    forbidden_kinds: tuple[str, ...] = ()
    """Kinds that this user is not allowed to read, such as events or ingresses.networking.k8s.io."""


@dataclass(frozen=True)
class Kubectl:
    """Commands of the user's kubectl that only read. Default: the user's current context and kubeconfig."""

    context: str | None = None
    kubeconfig: Path | None = None

    def command(self, namespace: str | None, *words: str) -> list[str]:
        """Return the command that runs `words` in a namespace; in all namespaces for None."""
        return [
            "kubectl",
            *(["--kubeconfig", str(self.kubeconfig)] if self.kubeconfig else []),
            *(["--context", self.context] if self.context else []),
            *(["--namespace", namespace] if namespace else []),
            *words,
            *([] if namespace else ["--all-namespaces"]),
        ]

    def get_command(self, namespace: str | None, *what: str) -> list[str]:
        """Return the command that prints objects, as `parse_objects` reads them.

        `what` is one word of kinds with commas, or words such as kind/name, of which missing ones are left out.
        """
        options = ("--output", "json", "--ignore-not-found", "--show-managed-fields")
        return self.command(namespace, "get", *what, *options)

    def logs_command(self, namespace: str, pod: str, container: str, lines: int, *, previous: bool) -> list[str]:
        """Return the command that prints the last lines of a container, or of the one that ran before it."""
        options = ("--container", container, "--tail", str(lines), *(["--previous"] if previous else []))
        return self.command(namespace, "logs", pod, *options)


def parse_objects(result: KubectlResult) -> ObjectList:
    """Return the objects of a `kubectl get`, and the kinds that this user cannot read. Raises ClusterError."""
    lines = error_lines(result.stderr)
    forbidden = tuple(match[1] for line in lines if (match := _FORBIDDEN.match(line)))
    others = [line for line in lines if not _FORBIDDEN.match(line) and not line.startswith("Warning:")]
    if result.exit_code and (others or not forbidden):
        raise parse_error("\n".join(others) or result.stderr)
    return ObjectList(tuple(_parse_items(result.stdout)), forbidden)


def _parse_items(text: str) -> list[Mapping[str, Any]]:
    if not text.strip():
        return []
    try:
        parsed = json.loads(text)
        items = parsed.get("items") if parsed.get("kind") == "List" else [parsed]
    except (ValueError, RecursionError, AttributeError):
        raise _unexpected_output("no JSON") from None
    if not (isinstance(items, list) and all(isinstance(item, dict) for item in items)):
        raise _unexpected_output("no list of objects")
    return items


def _unexpected_output(printed: str) -> ClusterError:
    remedy = "check that `kubectl` on PATH is the program of Kubernetes, or prints as it does"
    return ClusterError(f"kubectl printed {printed}", remedy)


_FORBIDDEN: Final = re.compile(r'^Error from server \(Forbidden\): (\S+)(?: "[^"]*")? is forbidden')
