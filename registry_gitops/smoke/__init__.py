"""Tests of a running registry: what works for its clients, and what to change if something does not.

    client = connect("https://registry.example.com")
    report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))

Imports neither Flux or Kubernetes code nor the reference registry: it tests whatever responds at `/v2/`.
"""

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.checks import CHECKS
from registry_gitops.smoke.client import TLS_REQUIRED, Client, NoResponseError, UnreachableError, connect
from registry_gitops.smoke.context import LAYER_SIZE, REPOSITORY, Context, Options
from registry_gitops.smoke.coverage import describe_coverage
from registry_gitops.smoke.exceptions import CheckFailed, NotSupported, Skipped
from registry_gitops.smoke.expectations import Expectations
from registry_gitops.smoke.images import LocalBlob, LocalManifest
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition
from registry_gitops.smoke.promise_words import PROMISE_WORDS, with_promised_words
from registry_gitops.smoke.push_record import PushRecord
from registry_gitops.smoke.remedy import Remedy, at_least
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.repository_names import require_repository_name
from registry_gitops.smoke.restart import RestartImage
from registry_gitops.smoke.runner import TOOL, Interrupted, checks_for_level, push_restart_image, run_checks

__all__ = [
    "CHECKS",
    "LAYER_SIZE",
    "PROMISE_WORDS",
    "REPOSITORY",
    "TLS_REQUIRED",
    "TOOL",
    "Check",
    "CheckFailed",
    "Client",
    "Context",
    "Expectations",
    "Interrupted",
    "Level",
    "LocalBlob",
    "LocalManifest",
    "NoResponseError",
    "NotSupported",
    "Options",
    "Precondition",
    "PushRecord",
    "Remedy",
    "Repository",
    "RestartImage",
    "Skipped",
    "UnreachableError",
    "at_least",
    "check",
    "checks_for_level",
    "connect",
    "describe_coverage",
    "push_restart_image",
    "require_repository_name",
    "run_checks",
    "with_promised_words",
]
