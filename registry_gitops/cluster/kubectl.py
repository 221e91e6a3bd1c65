"""kubectl, the user's own: its commands, what it prints, and what to do if it fails."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry_gitops.cluster.remedies import remedy
from registry_gitops.masking import excerpt

_LONGEST: Final = 2000
"""Characters of a message: it may repeat a line of a program that prints megabytes."""


class ClusterError(Exception):
    """The cluster cannot be read: the message says why, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(excerpt(message, _LONGEST))
        self.remedy = remedy

    def __str__(self) -> str:
        """`message: remedy`, or the message alone if there is no remedy."""
        return ": ".join(filter(None, (super().__str__(), self.remedy)))


class UnknownKindError(ClusterError):
    """The cluster has no such kind of objects: what defines it was not installed."""


@dataclass(frozen=True)
class KubectlResult:
    """Exit code and output of a kubectl command."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Answer:
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

    def get(self, namespace: str | None, *what: str) -> list[str]:
        """Return the command that prints objects, as `parse_objects` reads them.

        `what` is one word of kinds with commas, or words such as kind/name, of which missing ones are left out.
        """
        options = ("--output", "json", "--ignore-not-found", "--show-managed-fields")
        return self.command(namespace, "get", *what, *options)

    def logs(self, namespace: str, pod: str, container: str, lines: int, *, previous: bool) -> list[str]:
        """Return the command that prints the last lines of a container, or of the one that ran before it."""
        options = ("--container", container, "--tail", str(lines), *(["--previous"] if previous else []))
        return self.command(namespace, "logs", pod, *options)


def parse_objects(result: KubectlResult) -> Answer:
    """Return the objects of a `kubectl get`, and the kinds that are forbidden. Raises ClusterError."""
    lines = error_lines(result.stderr)
    forbidden = tuple(match[1] for line in lines if (match := _FORBIDDEN.match(line)))
    others = [line for line in lines if not _FORBIDDEN.match(line) and not line.startswith("Warning:")]
    if result.exit_code and (others or not forbidden):
        raise error_of("\n".join(others) or result.stderr)
    return Answer(tuple(_items(result.stdout)), forbidden)


def _items(text: str) -> list[Mapping[str, Any]]:
    if not text.strip():
        return []
    try:
        found = json.loads(text)
        items = found.get("items") if found.get("kind") == "List" else [found]
    except (ValueError, RecursionError, AttributeError):
        raise _not_as_kubectl("no JSON") from None
    if not (isinstance(items, list) and all(isinstance(item, dict) for item in items)):
        raise _not_as_kubectl("no list of objects")
    return items


def _not_as_kubectl(printed: str) -> ClusterError:
    remedy = "check that `kubectl` on PATH is the program of Kubernetes, or prints as it does"
    return ClusterError(f"kubectl printed {printed}", remedy)


_FORBIDDEN: Final = re.compile(r'^Error from server \(Forbidden\): (\S+)(?: "[^"]*")? is forbidden')


_LOG: Final = re.compile(r"^[IWEF]\d{4} .*(?:=<\n(?:.*\n)*? >)?$", re.MULTILINE)
"""An entry of kubectl's log, which ends with ` >` where a value of it has several lines."""
_ERROR: Final = re.compile(r"^(?:(error: |Error from server(?: \(\w+\))?: )|Unable to connect |The connection to )")
"""How the first line of an error begins. More lines may explain it."""


def error_lines(stderr: str) -> list[str]:
    """Return the lines of kubectl's stderr that are written for people: not those of its log."""
    return [line for line in _LOG.sub("", stderr).splitlines() if line.strip()]


def last_error_line(stderr: str) -> str:
    """Return the last error of kubectl as a statement, without the words that call it an error."""
    lines = error_lines(stderr) or ["kubectl failed without an error message"]
    last = next(filter(_ERROR.match, reversed(lines)), lines[-1]).strip()
    # Stdin is empty, so kubectl fails at a prompt for credentials.
    if last in ("EOF", "error: EOF"):
        return "kubectl asked for a username, and found none in the kubeconfig"
    match = _ERROR.match(last)
    return last.removeprefix((match and match[1]) or "").removesuffix(" - did you specify the right host or port?")


def error_of(stderr: str) -> ClusterError:
    """Return the exception for a kubectl that failed: UnknownKindError if the cluster lacks the kind."""
    line = last_error_line(stderr)
    if "the server doesn't have a resource type" in line or "no matches for kind" in line:
        return UnknownKindError(line)
    return ClusterError(line, remedy(line, REMEDIES))


def timed_out(seconds: float) -> ClusterError:
    """Return the exception for a kubectl that has not ended after so many seconds."""
    return ClusterError(f"no answer from the cluster within {seconds:g} s", _CHECK_SERVER)


def not_started(error: OSError) -> ClusterError:
    """Return the exception for a kubectl that the operating system does not run."""
    if error.errno == errno.ENOENT:
        found = shutil.which("kubectl")
        if not found:
            return ClusterError("cannot run kubectl: not found on PATH", "install it")
        return ClusterError(f"cannot run kubectl: the interpreter that {found} names does not exist", "reinstall it")
    reason, todo = {
        errno.EACCES: ("permission denied", "make its file executable with `chmod +x`"),
        errno.ENOEXEC: ("not a program for this machine", "install the kubectl of this operating system and CPU"),
    }.get(error.errno or 0, ((error.strerror or type(error).__name__).lower(), ""))
    return ClusterError(f"cannot run kubectl: {reason}", todo)


_CHECK_SERVER: Final = "check the server of the context, and the VPN"
_LOG_IN: Final = "log in to the cluster again"

REMEDIES: Final = {
    "localhost:8080 was refused": "kubectl has no kubeconfig: set KUBECONFIG, or pass --kubeconfig FILE",
    "no such file or directory": "pass a kubeconfig that exists",
    "loading config file": "fix the kubeconfig: `kubectl config view` reads it too",
    "does not exist": "`kubectl config get-contexts` lists the contexts",
    "was refused": "check the context, and that the cluster runs",
    "no such host": _CHECK_SERVER,
    "server misbehaving": _CHECK_SERVER,
    "no route to host": _CHECK_SERVER,
    "network is unreachable": _CHECK_SERVER,
    "i/o timeout": _CHECK_SERVER,
    "deadline exceeded": _CHECK_SERVER,
    "Client.Timeout": _CHECK_SERVER,
    "server: EOF": _CHECK_SERVER,
    "connection reset": _CHECK_SERVER,
    "asked for a username": "log in to the cluster first, or select a context whose user has credentials",
    "standard input is not a terminal": "log in to the cluster first: the credential plugin asks for a password",
    "must be logged in": _LOG_IN,
    "provide credentials": _LOG_IN,
    "failed with exit code": f"{_LOG_IN}, or fix the credential plugin",
    "exec: executable": "install the credential plugin that the kubeconfig names",
    "getting credentials: exec": "check the credential plugin that the kubeconfig names",
    "getting credentials": f"{_LOG_IN}, or fix the credentials in the kubeconfig",
    "x509": "the kubeconfig does not trust the certificate of the cluster: get the kubeconfig from the cluster again",
    "gave HTTP response to HTTPS client": "the server of the context does not use TLS: fix its address",
}
"""Words of kubectl -> remedy; the first that matches."""
