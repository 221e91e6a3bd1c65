"""The commands that print the Secrets which a deployment needs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from registry_gitops.facts import DeploymentFacts, Need, Purpose
from registry_gitops.secrets import SPECS

_KINDS: Final = {f"values.{spec.named_by}": kind for kind, spec in SPECS.items()}
"""Key of the config file -> the kind of Secret that it names."""


def format_secret_commands(facts: DeploymentFacts) -> str:
    """Return the commands, one a line; "" if no command prints one of the Secrets."""
    return "\n".join(dict.fromkeys(_commands(facts)))


def _commands(facts: DeploymentFacts) -> Iterator[str]:
    for need in facts.needs:
        if need.purpose is Purpose.USERS:
            yield _command("htpasswd USER", need)
        elif need.purpose.value in _KINDS:
            kind = _KINDS[need.purpose.value]
            spec = SPECS[kind]
            words = [f"secret {kind}"]
            words += ["--username USER"] if spec.has_user else []
            words += [f"--key {need.key}"] if need.key in spec.other_keys else []
            yield _command(" ".join(words), need) + (" --stdin <key.json" if spec.is_file else "")


def _command(words: str, need: Need) -> str:
    return f"registry-gitops {words} --namespace {shlex.quote(need.namespace)} --name {shlex.quote(need.name)}"
