"""What the provider of notifications needs to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.patched_fields import is_field_patched

_TOKEN: Final = frozenset(
    {
        "bitbucket",
        "bitbucketserver",
        "datadog",
        "gitea",
        "giteapullrequestcomment",
        "github",
        "githubdispatch",
        "githubpullrequestcomment",
        "gitlab",
        "gitlabmergerequestcomment",
        "incidentio",
        "opsgenie",
        "telegram",
        "zoom",
    }
)
"""Types whose notifier refuses to start without a token or a password, which only a Secret can hold."""

_ADDRESS: Final = frozenset(
    {
        "alertmanager",
        "discord",
        "generic",
        "generic-hmac",
        "googlechat",
        "grafana",
        "lark",
        "matrix",
        "msteams",
        "nats",
        "rocket",
        "sentry",
        "slack",
        "webex",
    }
)
"""Types whose notifier refuses to start without an address, which can be in the Secret as well."""

_FIELDS: Final = ("secretRef", "address", "channel")

_CHANNEL: Final = {"telegram": "chat", "nats": "subject", "googlepubsub": "topic", "zulip": "channel and topic"}


def provider_credentials(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A Provider lacks the Secret, address, or channel without which its type sends nothing.

    Why: the schema requires a type only. What is missing shows when the first alert is lost: notification-controller
    logs "failed to initialize notifier", and the Provider itself has no status.

    Source: https://github.com/ionfury/homelab/pull/255

    Bad: `type: github` with an address alone   Good: the same with `secretRef: {name: github-token}`
    """
    kind = manifest.get("spec", "type")
    if isinstance(kind, str) and not is_decided_later(kind):
        lacking = list(_problems(manifest, kind))
        if lacking and not any(is_field_patched(manifest, repository, "spec", field) for field in _FIELDS):
            yield from lacking


def _problems(manifest: Manifest, kind: str) -> Iterator[Problem]:
    place, has_secret = ("spec", "type"), bool(manifest.get("spec", "secretRef"))
    if kind in _TOKEN and not has_secret:
        yield Problem(
            place, f"a Provider of type {kind} needs a token", "name a Secret with the key token in secretRef"
        )
    if kind in _ADDRESS and not has_secret and not manifest.get("spec", "address"):
        yield Problem(
            place, f"a Provider of type {kind} needs an address", "add address, or a Secret with the key address"
        )
    if kind in _CHANNEL and not manifest.get("spec", "channel"):
        yield Problem(place, f"a Provider of type {kind} needs a channel: the {_CHANNEL[kind]}", "add channel")
