"""Redis, which replicas share as their cache of blob descriptors."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from registry_gitops.model import ListOf, NonNegative
from registry_gitops.values.configuration.named_files import NamesFile
from registry_gitops.values.configuration.scalars import FilePath, GoDuration, HostPort, NonEmpty
from registry_gitops.values.configuration.secret import SecretField
from registry_gitops.values.configuration.section import Section

_OrNever = Annotated[int, Field(ge=-1)]


class RedisTls(Section):
    """TLS to Redis: `rootcas`, or `certificate` with `key`, enables it."""

    certificate: Annotated[FilePath | None, NamesFile()] = None
    """File of the client's certificate, in PEM; the registry ignores it without `key`. Default: none."""

    key: Annotated[FilePath | None, NamesFile()] = None
    """File of the client's private key, in PEM; the registry ignores it without `certificate`. Default: none."""

    root_cas: Annotated[ListOf[FilePath] | None, NamesFile("extraCAs")] = None
    """Files of the authorities of the server's certificate. Default: those of the image."""

    instead: ClassVar[dict[str, str]] = {"enabled": "TLS has no switch, rootcas (or certificate and key) turns it on"}


class Redis(Section):
    """Redis, for `storage.cache.blobdescriptor: redis`.

    It must evict by allkeys-lru, because the registry sets no expiry. Registry 3.0 ignores these keys.
    """

    addrs: ListOf[HostPort] | None = None
    """Servers; more than one is a cluster, or, with `mastername`, its sentinels. Default: no Redis."""

    username: str | None = None
    """User, if Redis has access lists. Default: none."""

    password: Annotated[str | None, Field(repr=False), SecretField("REGISTRY_REDIS_PASSWORD")] = None
    """Password. A secret: set it as REGISTRY_REDIS_PASSWORD. Default: none."""

    db: NonNegative | None = None
    """Number of the database, without a cluster. Default: 0."""

    master_name: NonEmpty | None = None
    """Name of the master that sentinels know. Default: none."""

    sentinel_username: str | None = None
    """User of the sentinels. Default: none."""

    sentinel_password: Annotated[str | None, Field(repr=False), SecretField("REGISTRY_REDIS_SENTINELPASSWORD")] = None
    """Password of the sentinels. A secret: set it as REGISTRY_REDIS_SENTINELPASSWORD. Default: none."""

    tls: RedisTls | None = None

    client_name: NonEmpty | None = None
    """Name of the connections. Default: none."""

    protocol: Literal[2, 3] | None = None
    """Version of the protocol. Default: 3."""

    dial_timeout: GoDuration | None = None
    """Timeout of a new connection; 0s is the default. Default: 5s."""

    read_timeout: GoDuration | None = None
    """Timeout of a response; 0s is the default. Default: 3s."""

    write_timeout: GoDuration | None = None
    """Timeout for sending a command; 0s is the default. Default: `readtimeout`."""

    context_timeout_enabled: bool | None = None
    """Whether the deadline of a request ends its commands. Default: false."""

    max_retries: _OrNever | None = None
    """Number of retries; -1 is none, 0 is the default. Default: 3."""

    min_retry_backoff: GoDuration | None = None
    """Shortest pause before a retry; 0s is the default. Default: 8ms."""

    max_retry_backoff: GoDuration | None = None
    """Longest pause before a retry; 0s is the default. Default: 512ms."""

    pool_size: NonNegative | None = None
    """Number of pooled connections; 0 is the default. Default: 10 per CPU."""

    pool_fifo: bool | None = None
    """Whether the connection that was idle longest is used first, not the last used. Default: false."""

    pool_timeout: GoDuration | None = None
    """Time to wait for a free connection; 0s is the default. Default: `readtimeout` and 1s."""

    min_idle_conns: NonNegative | None = None
    """Least number of idle connections. Default: 0."""

    max_idle_conns: NonNegative | None = None
    """Largest number of idle connections; 0 is without limit. Default: 0."""

    max_active_conns: NonNegative | None = None
    """Largest number of connections; 0 is without limit. Default: 0."""

    conn_max_idle_time: GoDuration | None = None
    """Time until an idle connection is closed; 0s is the default. Default: 30m."""

    conn_max_lifetime: GoDuration | None = None
    """Time until any connection is closed; 0s is never. Default: 0s."""

    max_redirects: _OrNever | None = None
    """Redirects that are followed in a cluster; -1 is none, 0 is the default. Default: 3."""

    read_only: bool | None = None
    """Whether replicas of a cluster can answer reads. Default: false."""

    route_by_latency: bool | None = None
    """Whether reads go to the nearest node of a cluster. Default: false."""

    route_randomly: bool | None = None
    """Whether reads go to any node of a cluster. Default: false."""

    disable_identity: bool | None = None
    """Whether connections do not name their library (CLIENT SETINFO). Default: false."""

    identity_suffix: NonEmpty | None = None
    """Text after the library's name. Default: none."""

    unstable_resp3: bool | None = None
    """Whether unfinished parts of protocol 3 are used. Default: false."""

    instead: ClassVar[dict[str, str]] = {
        "addr": 'v3 writes "addrs", a list of host:port',
        "pool": "v3 writes poolsize, maxidleconns and connmaxidletime",
    }
