"""Combinations of values that cannot work, each with the value to change.

The chart says the same where Helm renders it without us: templates/_validate.tpl. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from registry_gitops.amounts import parse_duration
from registry_gitops.model import custom_error

if TYPE_CHECKING:
    from registry_gitops.values.registry import RegistryValues

Wrong = Iterator[tuple[tuple[str, ...], PydanticCustomError]]
"""Path of the value to change, and why it must."""


def impossible(values: RegistryValues) -> Wrong:
    """Everything in `values` that cannot work."""
    yield from _replicas(values)
    yield from _htpasswd(values)
    if values.update_strategy.type == "" and values.update_strategy.rolling_update and not values.shares_images:
        message = "the Pods are recreated, because only one at a time can hold the images: remove it"
        yield ("updateStrategy", "rollingUpdate"), custom_error("strategy", message)
    ingress = values.ingress
    if ingress.enabled and ingress.tls and not ingress.hostname and not ingress.extra_tls:
        yield ("ingress", "hostname"), custom_error("tls_host", "ingress.tls needs a host name: set ingress.hostname")
    if values.configuration.http and values.configuration.http.prefix not in (None, "", "/") and _relative(values):
        message = "relative URLs leave http.prefix out, so that every push fails: set http.relativeUrls to false"
        yield ("http", "relativeUrls"), custom_error("prefix", message)
    yield from _drain(values)


def _drain(values: RegistryValues) -> Wrong:
    http = values.configuration.http
    timeout = (http and http.drain_timeout) or values.http.drain_timeout
    seconds = parse_duration(timeout)
    if seconds >= Decimal(values.termination_grace_period_seconds) > 0:
        message = (
            f"the Pod is killed after {values.termination_grace_period_seconds}s, but may drain for {timeout} "
            f"(http.drainTimeout): allow more than {seconds:f} seconds"
        )
        yield ("terminationGracePeriodSeconds",), custom_error("grace_period", message)


def _relative(values: RegistryValues) -> bool:
    http = values.configuration.http
    return values.http.relative_urls if http is None or http.relative_urls is None else http.relative_urls


def _replicas(values: RegistryValues) -> Wrong:
    if values.replica_count <= 1:
        return
    volume = values.persistence
    if not values.shares_images:
        has = f"a {'/'.join(volume.access_modes)} volume" if volume.enabled else "no volume at all"
        yield (
            ("replicaCount",),
            custom_error(
                "replicas",
                f"{values.replica_count} replicas cannot share {has}: set replicaCount to 1, or "
                "persistence.accessModes to [ReadWriteMany], or configuration.storage to an object store",
            ),
        )
    if not values.http.existing_secret:
        yield (
            ("replicaCount",),
            custom_error(
                "http_secret",
                f"{values.replica_count} replicas need one secret for uploads, or pushes fail when they change Pods: "
                "set http.existingSecret to a Secret with the key http-secret",
            ),
        )


def _htpasswd(values: RegistryValues) -> Wrong:
    htpasswd, at = values.auth.htpasswd, ("auth", "htpasswd")
    provider = values.configuration.auth_provider
    if htpasswd.enabled and provider not in (None, "htpasswd"):
        message = f"the registry ends at two ways to log in, and configuration.auth has {provider}: keep one of them"
        yield (*at, "enabled"), custom_error("two_providers", message)
    if htpasswd.existing_secret and htpasswd.password:
        message = "existingSecret and password exclude each other: remove the password"
        yield (*at, "password"), custom_error("htpasswd", message)
    elif htpasswd.enabled and not htpasswd.existing_secret and not (htpasswd.username and htpasswd.password):
        message = (
            "htpasswd is enabled without credentials: set existingSecret (`registry-gitops htpasswd` makes the Secret)"
        )
        yield (*at, "existingSecret"), custom_error("htpasswd", message)
