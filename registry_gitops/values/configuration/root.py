"""The whole of config.yml."""

from __future__ import annotations

from typing import ClassVar

from registry_gitops.model import Positive, default_section
from registry_gitops.values.configuration.auth import Provider, RegistryAuth
from registry_gitops.values.configuration.health import Health
from registry_gitops.values.configuration.http import RegistryHttp
from registry_gitops.values.configuration.log import Log
from registry_gitops.values.configuration.middleware import Middleware
from registry_gitops.values.configuration.notifications import Notifications
from registry_gitops.values.configuration.proxy import Proxy
from registry_gitops.values.configuration.redis import Redis
from registry_gitops.values.configuration.section import Section
from registry_gitops.values.configuration.storage import Driver, Storage
from registry_gitops.values.configuration.validation import Policy, Validation


class Catalog(Section):
    """The list of repositories, /v2/_catalog."""

    max_entries: Positive | None = None
    """Largest number of repositories in one response. Default: 1000."""


class Tags(Section):
    """The list of tags, /v2/<name>/tags/list."""

    max_tags: Positive | None = None
    """Largest number of tags in one response. Default: 1000."""


class Configuration(Section):
    """Keys of distribution's config.yml (v3, all lower case), merged over those that the chart sets.

    A list replaces the chart's list. A map is merged into the chart's map, so {} changes nothing. Set secrets as
    environment variables, from the Secret of `extraEnvVarsSecret`.
    """

    log: Log | None = None
    storage: Storage = default_section(Storage)
    auth: RegistryAuth = default_section(RegistryAuth)
    middleware: Middleware | None = None
    http: RegistryHttp | None = None
    notifications: Notifications | None = None
    redis: Redis | None = None
    health: Health | None = None
    proxy: Proxy | None = None
    validation: Validation | None = None
    policy: Policy | None = None
    catalog: Catalog | None = None
    tags: Tags | None = None

    @property
    def driver(self) -> Driver | None:
        """Name of the storage driver that is set, or None for the chart's volume."""
        return self.storage.driver

    @property
    def auth_provider(self) -> Provider | None:
        """Name of the authentication provider that is set, or None."""
        return self.auth.provider

    instead: ClassVar[dict[str, str]] = {
        "version": "the chart writes it, leave it out",
        "loglevel": "write log.level",
        "compatibility": "registry v3 stores no schema 1 manifests, leave it out",
        "reporting": "registry v3 reports to no service, leave it out",
    }
