"""Proves that a registry works for its clients, and says what to change when it does not.

    client = connect("https://registry.example.com")
    report = run(client, chosen(CHECKS, Level.SMOKE))

Knows nothing of Flux, Kubernetes or our own registry: it speaks to whatever answers at `/v2/`.
"""

from registry_gitops.smoke.check import Check, CheckFailed, Level, Need, NotSupported, Skipped, check
from registry_gitops.smoke.checks import CHECKS
from registry_gitops.smoke.client import Client, NoAnswer
from registry_gitops.smoke.context import LAYER_SIZE, REPOSITORY, Context, Options
from registry_gitops.smoke.reach import Unreachable, connect
from registry_gitops.smoke.restart import Restart
from registry_gitops.smoke.runner import Interrupted, before_restart, chosen, result_of, run

__all__ = [
    "CHECKS",
    "LAYER_SIZE",
    "REPOSITORY",
    "Check",
    "CheckFailed",
    "Client",
    "Context",
    "Interrupted",
    "Level",
    "Need",
    "NoAnswer",
    "NotSupported",
    "Options",
    "Restart",
    "Skipped",
    "Unreachable",
    "before_restart",
    "check",
    "chosen",
    "connect",
    "result_of",
    "run",
]
