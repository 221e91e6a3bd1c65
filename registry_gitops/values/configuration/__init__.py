"""The chart value `configuration`: distribution v3.1.1's config.yml, typed. Source: its configuration package."""

from registry_gitops.values.configuration.auth import HtpasswdFile, Provider, RegistryAuth, TokenAuth
from registry_gitops.values.configuration.drivers import (
    S3,
    Azure,
    AzureCredentials,
    Filesystem,
    Gcs,
    InMemory,
    S3StorageClass,
)
from registry_gitops.values.configuration.health import FileCheck, Health, HttpCheck, StorageDriverCheck, TcpCheck
from registry_gitops.values.configuration.http import Debug, H2c, Http2, LetsEncrypt, Prometheus, RegistryHttp, Tls
from registry_gitops.values.configuration.log import AccessLog, Log, LogHook, MailOptions, Smtp
from registry_gitops.values.configuration.middleware import Middleware, StorageMiddleware, StorageMiddlewareOptions
from registry_gitops.values.configuration.named_files import FileKey, NamesFile, find_named_files, list_file_keys
from registry_gitops.values.configuration.notifications import Endpoint, Events, Ignore, Notifications
from registry_gitops.values.configuration.proxy import Proxy, ProxyExec
from registry_gitops.values.configuration.redis import Redis, RedisTls
from registry_gitops.values.configuration.root import Catalog, Configuration, Tags
from registry_gitops.values.configuration.scalars import REGISTRY_ORIGIN, GoDuration, HostPort, OptionalURL, UrlPath
from registry_gitops.values.configuration.secret import SecretField, find_plaintext_secrets
from registry_gitops.values.configuration.section import Section
from registry_gitops.values.configuration.storage import (
    DRIVERS,
    Cache,
    Delete,
    Driver,
    Maintenance,
    ReadOnly,
    Redirect,
    Storage,
    TagLookup,
    UploadPurging,
)
from registry_gitops.values.configuration.validation import (
    ManifestIndexes,
    ManifestUrls,
    Platform,
    Policy,
    RepositoryPolicy,
    Validation,
    ValidationManifests,
)

__all__ = [
    "DRIVERS",
    "REGISTRY_ORIGIN",
    "S3",
    "AccessLog",
    "Azure",
    "AzureCredentials",
    "Cache",
    "Catalog",
    "Configuration",
    "Debug",
    "Delete",
    "Driver",
    "Endpoint",
    "Events",
    "FileCheck",
    "FileKey",
    "Filesystem",
    "Gcs",
    "GoDuration",
    "H2c",
    "Health",
    "HostPort",
    "HtpasswdFile",
    "Http2",
    "HttpCheck",
    "Ignore",
    "InMemory",
    "LetsEncrypt",
    "Log",
    "LogHook",
    "MailOptions",
    "Maintenance",
    "ManifestIndexes",
    "ManifestUrls",
    "Middleware",
    "NamesFile",
    "Notifications",
    "OptionalURL",
    "Platform",
    "Policy",
    "Prometheus",
    "Provider",
    "Proxy",
    "ProxyExec",
    "ReadOnly",
    "Redirect",
    "Redis",
    "RedisTls",
    "RegistryAuth",
    "RegistryHttp",
    "RepositoryPolicy",
    "S3StorageClass",
    "SecretField",
    "Section",
    "Smtp",
    "Storage",
    "StorageDriverCheck",
    "StorageMiddleware",
    "StorageMiddlewareOptions",
    "TagLookup",
    "Tags",
    "TcpCheck",
    "Tls",
    "TokenAuth",
    "UploadPurging",
    "UrlPath",
    "Validation",
    "ValidationManifests",
    "find_named_files",
    "find_plaintext_secrets",
    "list_file_keys",
]
