"""The program kustomize: on PATH by itself, or in kubectl."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_TIMEOUT: Final = 60
_INNER: Final = (
    re.compile(r".*recursed accumulation of path '[^']*': "),
    re.compile(r"^accumulating [a-z]+: (?=accumulation err)"),
    re.compile(r"^accumulation err='|': must build at directory.*$"),
    re.compile(r" with config: `.*`(?=: )"),
    re.compile(r" from \[.*$"),
    re.compile(r":? node contents:.*$"),
    re.compile(r":? *\[?(?<!\$)\{.*$"),
)
"""The way to the reason in a refusal, and the texts of patches and objects, which can have secrets."""

_NOT_CONTENT: Final = re.compile(
    r"plugins? disabled|--enable-|unable to run|'git'|git (?:fetch|cmd|clone)|https?://|timed? ?out|permission denied|"
    r"unknown field|KV pairs",
    re.IGNORECASE,
)
"""Phrases of refusals that depend on the program, its options, the network, or files that are decrypted later."""


class BuildError(Exception):
    """kustomize refuses to build. The text is its reason."""


def find_kustomize() -> list[str] | None:
    """Return the command that builds a directory, or None if there is none on PATH."""
    import shutil  # Imported here: most runs have no overlay.

    for name, *arguments in (("kustomize", "build"), ("kubectl", "kustomize")):
        program = shutil.which(name)
        if program:
            return [program, *arguments]
    return None


def build_directory(command: list[str], directory: str) -> str | None:
    """Return the YAML of a directory, or None if this program, and not the content, is in the way.

    It gets no proxy that works, and no protocol for Git: nothing is read from the network.
    """
    import subprocess

    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": directory,
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "GIT_ALLOW_PROTOCOL": "none",
        "GOGC": "400",  # It reads all types of Kubernetes: less collection takes a quarter less time.
    }
    # Flux sets no bounds to the files that a kustomization names either.
    arguments = [*command, "--load-restrictor", "LoadRestrictionsNone", directory]
    try:
        ended = subprocess.run(  # noqa: S603 - a program on the user's PATH
            arguments,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            env=environment,
            check=False,
            cwd=Path(directory),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if ended.returncode == 0:
        return ended.stdout
    reason = _reason(ended.stderr)
    if _NOT_CONTENT.search(reason):
        return None
    raise BuildError(reason)


def _reason(stderr: str) -> str:
    """Return the innermost reason, without the directories on the way and without the texts of patches."""
    text = " ".join(stderr.split()).partition("rror: ")[2]
    for pattern in _INNER:
        text = pattern.sub("", text)
    return text[:300]
