"""kubectl, which talks to the cluster: the command that is run, what it reads, and what to do where it cannot."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry_gitops.cluster.remedies import remedy

SECONDS: Final = 20.0
"""How long one answer of the cluster may take. A name that does not resolve, or a firewall, takes kubectl longer."""


class ClusterError(Exception):
    """The cluster cannot be asked: the message says why, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        """The message, with the remedy where there is one."""
        message = super().__str__()
        return f"{message} ({self.remedy})" if self.remedy else message


class UnknownKindError(ClusterError):
    """The cluster has no such kind of objects: what defines it was not installed."""


@dataclass(frozen=True)
class Answer:
    """What one reading came to."""

    items: tuple[Mapping[str, Any], ...]
    """The objects, as kubectl prints them."""

    refused: tuple[str, ...] = ()
    """Kinds that this user may not see, such as events or ingresses.networking.k8s.io."""


class Reading:
    """A kubectl that is running: several may, and each is then asked for its answer."""

    def __init__(self, command: Sequence[str]) -> None:
        self._until = time.monotonic() + SECONDS
        try:
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and the words are the user's own
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise ClusterError(f"kubectl cannot be run ({error.strerror})", "install it") from None

    def answer(self) -> Answer:
        """The objects. What only this user may not see is named in it. Raises ClusterError."""
        said, complaint = self._communicate()
        refused, others = _refused(complaint)
        if self._process.returncode and (others or not refused):
            raise _error("\n".join(others) or complaint)
        return Answer(tuple(_items(said)), refused)

    def text(self) -> str:
        """What it prints; nothing where it fails, as the log of a container that has none. Raises ClusterError."""
        said, _ = self._communicate()
        return said if not self._process.returncode else ""

    def _communicate(self) -> tuple[str, str]:
        try:
            said, complaint = self._process.communicate(timeout=max(0.0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise ClusterError(
                f"no answer from the cluster within {SECONDS:g} s", "check the server of the context, and the VPN"
            ) from None
        return said.decode(errors="replace"), complaint.decode(errors="replace")


@dataclass(frozen=True)
class Kubectl:
    """The user's kubectl, reading only. Without names it takes the user's current context and kubeconfig."""

    context: str | None = None
    kubeconfig: Path | None = None

    def command(self, namespace: str | None, *words: str) -> list[str]:
        """The command that does `words` in a namespace; in all of them for None."""
        return [
            "kubectl",
            *(["--kubeconfig", str(self.kubeconfig)] if self.kubeconfig else []),
            *(["--context", self.context] if self.context else []),
            *(["--namespace", namespace] if namespace else []),
            *words,
            *([] if namespace else ["--all-namespaces"]),
        ]

    def get(self, namespace: str | None, *what: str) -> Reading:
        """Objects: one word of kinds with commas, or words such as kind/name, of which missing ones are left out."""
        options = ("--output", "json", "--ignore-not-found", "--show-managed-fields")
        return Reading(self.command(namespace, "get", *what, *options))

    def logs(self, namespace: str, pod: str, container: str, lines: int, *, previous: bool) -> Reading:
        """The last lines of a container, or of the one that ran before it."""
        options = ("--container", container, "--tail", str(lines), *(["--previous"] if previous else []))
        return Reading(self.command(namespace, "logs", pod, *options))


def _items(said: str) -> list[Mapping[str, Any]]:
    if not said.strip():
        return []
    found = json.loads(said)
    items: list[Mapping[str, Any]] = found["items"] if found.get("kind") == "List" else [found]
    return items


_FORBIDDEN: Final = re.compile(r'^Error from server \(Forbidden\): (\S+)(?: "[^"]*")? is forbidden')


def _refused(complaint: str) -> tuple[tuple[str, ...], list[str]]:
    """Kinds that were refused, and the other lines that are errors."""
    lines = meant_for_people(complaint)
    refused = [match[1] for line in lines if (match := _FORBIDDEN.match(line))]
    return tuple(refused), [line for line in lines if not _FORBIDDEN.match(line) and not line.startswith("Warning:")]


def meant_for_people(complaint: str) -> list[str]:
    """The lines of what kubectl complains of, without those of its log."""
    return [line for line in complaint.splitlines() if line.strip() and not re.match(r"[IWEF]\d{4} ", line)]


def sentence(complaint: str) -> str:
    """The last thing that kubectl said, without the word that says that it is an error."""
    last = (meant_for_people(complaint) or ["kubectl ended without a word"])[-1].strip()
    return re.sub(r"^(error|Error from server \(\w+\)): ", "", last)


REMEDIES: Final = {
    "localhost:8080 was refused": "kubectl has no kubeconfig: set KUBECONFIG, or name one with --kubeconfig",
    "no such file or directory": "name a kubeconfig that is there",
    "loading config file": "mend the kubeconfig: `kubectl config view` reads it too",
    "does not exist": "`kubectl config get-contexts` lists the contexts that there are",
    "was refused": "check the context, and that the cluster runs",
    "no such host": "check the server of the context, and the VPN",
    "server misbehaving": "check the server of the context, and the VPN",
    "no route to host": "check the server of the context, and the VPN",
    "network is unreachable": "check the server of the context, and the VPN",
    "i/o timeout": "check the server of the context, and the VPN",
    "deadline exceeded": "check the server of the context, and the VPN",
    "Client.Timeout": "check the server of the context, and the VPN",
    "must be logged in": "log in to the cluster again",
    "provide credentials": "log in to the cluster again",
    "getting credentials": "log in to the cluster again: the plugin of the kubeconfig gives no credentials",
    "x509": "the certificate of the cluster is not the one of the kubeconfig: fetch the kubeconfig anew",
    "gave HTTP response to HTTPS client": "the server of the context speaks no TLS: mend its address",
}
"""What kubectl says -> what to do about it; the first that fits."""


def _error(complaint: str) -> ClusterError:
    said = sentence(complaint)
    if "the server doesn't have a resource type" in said or "no matches for kind" in said:
        return UnknownKindError(said)
    return ClusterError(said, remedy(said, REMEDIES))
