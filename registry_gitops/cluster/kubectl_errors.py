"""Why kubectl failed, and what to do: its stderr becomes one exception with a remedy."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Mapping
from typing import Final

from registry_gitops.masking import excerpt

_LONGEST: Final = 2000
"""Maximum characters of a message: kubectl may repeat a line of a program that prints megabytes."""


class ClusterError(Exception):
    """The cluster cannot be read. The message has the cause, and `remedy` the fix, if one is known."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(excerpt(message, _LONGEST))
        self.remedy = remedy

    def __str__(self) -> str:
        """`message: remedy`, or the message alone if there is no remedy."""
        return ": ".join(filter(None, (super().__str__(), self.remedy)))


class UnknownKindError(ClusterError):
    """The cluster does not have a kind of objects: its CRD is not installed. `kind` is its plural, or "" if unknown."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        named = re.search(r'resource type "([\w-]+)', message)
        self.kind = named[1] if named else ""


_LOG: Final = re.compile(r"^[IWEF]\d{4} .*(?:=<\n(?:.*\n)*? >)?$", re.MULTILINE)
"""An entry of kubectl's log. One whose value has several lines ends with ` >`."""
_ERROR: Final = re.compile(r"^(?:(error: |Error from server(?: \(\w+\))?: )|Unable to connect |The connection to )")
"""Start of the first line of an error. More lines can explain it."""


def error_lines(stderr: str) -> list[str]:
    """Return the lines of kubectl's stderr that are messages to the user, without its log."""
    return [line for line in _LOG.sub("", stderr).splitlines() if line.strip()]


def last_error_line(stderr: str) -> str:
    """Return the last error of kubectl without the prefix that marks it as an error."""
    lines = error_lines(stderr) or ["kubectl failed without an error message"]
    last = next(filter(_ERROR.match, reversed(lines)), lines[-1]).strip()
    # Stdin is empty, so kubectl fails at a prompt for credentials.
    if last in ("EOF", "error: EOF"):
        return "kubectl asked for a username, and found none in the kubeconfig"
    match = _ERROR.match(last)
    return last.removeprefix((match and match[1]) or "").removesuffix(" - did you specify the right host or port?")


def parse_error(stderr: str) -> ClusterError:
    """Return the exception for the stderr of a failed kubectl: UnknownKindError if the cluster lacks the kind."""
    line = last_error_line(stderr)
    if "the server doesn't have a resource type" in line or "no matches for kind" in line:
        return UnknownKindError(line)
    return ClusterError(line, find_remedy(line, REMEDIES))


def timeout_error(seconds: float) -> ClusterError:
    """Return the exception for a kubectl that did not exit within `seconds`."""
    return ClusterError(f"no answer from the cluster within {seconds:g} s", _CHECK_SERVER)


def start_error(error: OSError) -> ClusterError:
    """Return the exception for a kubectl that the operating system cannot start."""
    if error.errno == errno.ENOENT:
        path = shutil.which("kubectl")
        if not path:
            return ClusterError("cannot run kubectl: not found on PATH", "install it")
        return ClusterError(f"cannot run kubectl: the interpreter that {path} names does not exist", "reinstall it")
    reason, remedy = {
        errno.EACCES: ("permission denied", "make its file executable with `chmod +x`"),
        errno.ENOEXEC: ("not a program for this machine", "install the kubectl of this operating system and CPU"),
    }.get(error.errno or 0, ((error.strerror or type(error).__name__).lower(), ""))
    return ClusterError(f"cannot run kubectl: {reason}", remedy)


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
"""Part of a message of kubectl -> remedy; the first match counts."""


def find_remedy(message: str, remedies: Mapping[str, str], default: str = "") -> str:
    """Return the first of `remedies` whose key is part of the message, or the default."""
    return next((remedy for words, remedy in remedies.items() if words in message), default)
