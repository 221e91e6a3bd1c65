"""Webhooks: events that the registry sends to other servers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from registry_gitops.model import ListOf, NonNegative
from registry_gitops.values.configuration.scalars import URL, GoDuration, Headers, NonEmpty
from registry_gitops.values.configuration.secret import SecretHeaders, SecretInURL
from registry_gitops.values.configuration.section import Section


class Events(Section):
    """Contents of events."""

    include_references: bool | None = None
    """Whether events of manifests list what the manifest refers to. Default: false."""


class Ignore(Section):
    """Events that are not sent: those that match one of these."""

    media_types: ListOf[NonEmpty] | None = None
    """Media types of the content. Default: none."""

    actions: ListOf[Literal["pull", "push", "mount", "delete"]] | None = None
    """Actions, such as push. Default: none."""


class Endpoint(Section):
    """A server that receives events."""

    name: NonEmpty
    """Name of the endpoint, in logs and metrics."""

    url: Annotated[URL | None, SecretInURL("REGISTRY_NOTIFICATIONS_ENDPOINTS_{}_URL")] = None
    """URL to which events are posted. One with a token in it is a secret: set it as
    REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL, where 0 is the first endpoint. Default: none."""

    disabled: bool | None = None
    """Whether the registry sends it no events. Default: false."""

    headers: Annotated[
        Headers | None, Field(repr=False), SecretHeaders("REGISTRY_NOTIFICATIONS_ENDPOINTS_{}_HEADERS")
    ] = None
    """Headers of the requests. Credentials are secrets: set all headers, as YAML, in
    REGISTRY_NOTIFICATIONS_ENDPOINTS_0_HEADERS, where 0 is the first endpoint. Default: none."""

    timeout: GoDuration | None = None
    """Timeout of the response; 0s is the default. Default: 1s."""

    threshold: NonNegative | None = None
    """Failures in a row until the registry pauses; 0 is the default. Default: 10."""

    backoff: GoDuration | None = None
    """Length of such a pause; 0s is the default. Default: 1s."""

    ignored_media_types: ListOf[NonEmpty] | None = None
    """Media types whose events are not sent, as in `ignore.mediatypes`. Default: none."""

    ignore: Ignore | None = None


class Notifications(Section):
    """Webhooks. Events wait in memory: they are lost when the Pod ends."""

    events: Events | None = None

    endpoints: ListOf[Endpoint] | None = None
    """Servers that receive events. Default: none."""

    variable_names: ClassVar[dict[str, str]] = {"events": "eventconfig"}
