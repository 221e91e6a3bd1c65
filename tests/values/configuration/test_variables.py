"""What the models say of a variable REGISTRY_*, and what the real registry does with it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import Configuration, RegistryValues
from registry_gitops.values.variables import find_config_key, known_variables

from .conftest import Distribution
from .test_keys import account

Variables = dict[str, str]

FINE: list[tuple[Variables, str, Any]] = [
    ({"REGISTRY_LOG_LEVEL": "debug"}, "log.level", "debug"),
    ({"REGISTRY_LOG_LEVEL": "DEBUG"}, "log.level", "debug"),
    ({"REGISTRY_LOG": "{level: warn}"}, "log.level", "warn"),
    ({"REGISTRY_LOG_ACCESSLOG_DISABLED": "yes"}, "log.accesslog.disabled", True),
    ({"REGISTRY_LOG_FIELDS_TEAM": "a"}, "log.fields", {"team": "a"}),
    ({"REGISTRY_HTTP_SECRET": "12345"}, "http.secret", "12345"),
    ({"REGISTRY_HTTP_SECRET": "007"}, "http.secret", "007"),
    ({"REGISTRY_HTTP_SECRET": "yes"}, "http.secret", "yes"),
    ({"REGISTRY_HTTP_SECRET": "a:b#c%d$e\\f"}, "http.secret", "a:b#c%d$e\\f"),
    ({"REGISTRY_HTTP_SECRET": "-x"}, "http.secret", "-x"),
    ({"REGISTRY_HTTP_SECRET": "12:30"}, "http.secret", "12:30"),
    ({"REGISTRY_HTTP_SECRET": " a #b"}, "http.secret", "a"),
    ({"REGISTRY_HTTP_SECRET": '"#x @y"'}, "http.secret", "#x @y"),
    ({"REGISTRY_HTTP_RELATIVEURLS": "false"}, "http.relativeurls", False),
    ({"REGISTRY_HTTP_HOST": "https://a.example.com"}, "http.host", "https://a.example.com"),
    ({"REGISTRY_HTTP_H2C_ENABLED": "true"}, "http.h2c.enabled", True),
    ({"REGISTRY_STORAGE_DELETE_ENABLED": "true"}, "storage.delete.enabled", True),
    ({"REGISTRY_STORAGE_DELETE_ENABLED": "on"}, "storage.delete.enabled", True),
    ({"REGISTRY_STORAGE_DELETE": "{enabled: true}"}, "storage.delete.enabled", True),
    ({"REGISTRY_STORAGE_CACHE_BLOBDESCRIPTORSIZE": "500"}, "storage.cache.blobdescriptorsize", 500),
    ({"REGISTRY_STORAGE_REDIRECT_DISABLE": "true"}, "storage.redirect.disable", True),
    ({"REGISTRY_STORAGE_TAG_CONCURRENCYLIMIT": "5"}, "storage.tag.concurrencylimit", 5),
    ({"REGISTRY_STORAGE_FILESYSTEM_MAXTHREADS": "50"}, "storage.filesystem.maxthreads", 50),
    ({"REGISTRY_REDIS_ADDRS": '["redis:6379"]'}, "redis.addrs", ["redis:6379"]),
    ({"REGISTRY_REDIS_PASSWORD": "12345"}, "redis.password", "12345"),
    ({"REGISTRY_REDIS_DB": "5"}, "redis.db", 5),
    ({"REGISTRY_REDIS_MAXRETRIES": "-1"}, "redis.maxretries", -1),
    (
        {
            "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_NAME": "a",
            "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL": "http://127.0.0.1:9/",
        },
        "notifications.endpoints.name",
        "a",
    ),
    (
        {"REGISTRY_NOTIFICATIONS_ENDPOINTS": '[{name: b, url: "http://127.0.0.1:9/"}]'},
        "notifications.endpoints.url",
        "http://127.0.0.1:9/",
    ),
    (
        {"REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES": "true"},
        "notifications.events.includereferences",
        True,
    ),
    ({"REGISTRY_HEALTH_STORAGEDRIVER_ENABLED": "false"}, "health.storagedriver.enabled", False),
    ({"REGISTRY_HEALTH_STORAGEDRIVER_THRESHOLD": "5"}, "health.storagedriver.threshold", 5),
    ({"REGISTRY_HEALTH_HTTPCHECKERS_0_URI": "http://127.0.0.1:9/"}, "health.http.uri", "http://127.0.0.1:9/"),
    ({"REGISTRY_PROXY_USERNAME": "me"}, "proxy.username", "me"),
    ({"REGISTRY_VALIDATION_DISABLED": "true"}, "validation.disabled", True),
    ({"REGISTRY_VALIDATION_MANIFESTS_INDEXES_PLATFORMS": "None"}, "validation.manifests.indexes.platforms", "none"),
    (
        {"REGISTRY_HTTP_TLS_CIPHERSUITES": "[TLS_AES_128_GCM_SHA256]"},
        "http.tls.ciphersuites",
        ["TLS_AES_128_GCM_SHA256"],
    ),
    ({"REGISTRY_POLICY_REPOSITORY_CLASSES": "[image]"}, "policy.repository.classes", ["image"]),
    ({"REGISTRY_CATALOG_MAXENTRIES": "10"}, "catalog.maxentries", 10),
    ({"REGISTRY_TAGS_MAXTAGS": "7"}, "tags.maxtags", 7),
]
"""Variables that the models accept; the key that they set; and its value, in the models and in the registry."""

EXITS, IGNORES, EMPTIES, OTHER = "exits", "ignores", "reads as empty", "reads otherwise"

REFUSED: list[tuple[Variables, str, str]] = [
    # Values
    ({"REGISTRY_LOG_LEVEL": "warning"}, EXITS, "must be 'error', 'warn', 'info' or 'debug'"),
    ({"REGISTRY_LOG": "debug"}, EXITS, "set a single key by a longer name"),
    ({"REGISTRY_LOG_ACCESSLOG_DISABLED": "1"}, EXITS, "must be true or false"),
    ({"REGISTRY_LOG_ACCESSLOG_DISABLED": '"true"'}, EXITS, "without quotes inside the value"),
    ({"REGISTRY_LOG_FORMATTER": "xml"}, EXITS, "must be 'text', 'json' or 'logstash'"),
    ({"REGISTRY_HTTP_SECRET": "@x"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "%x"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "`x"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "{x"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "[x]"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "*x"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "a: b"}, EXITS, "double quotes"),
    ({"REGISTRY_HTTP_SECRET": "- x"}, EXITS, "double quotes"),
    ({"REGISTRY_REDIS_PASSWORD": "#x"}, EMPTIES, "where it is empty"),
    ({"REGISTRY_REDIS_PASSWORD": "null"}, EMPTIES, "where it is empty"),
    ({"REGISTRY_REDIS_PASSWORD": "~"}, EMPTIES, "where it is empty"),
    ({"REGISTRY_REDIS_PASSWORD": "!x"}, EMPTIES, "double quotes"),
    ({"REGISTRY_REDIS_PASSWORD": "&x"}, EMPTIES, "double quotes"),
    ({"REGISTRY_HTTP_DRAINTIMEOUT": "abc"}, EXITS, "not a duration"),
    ({"REGISTRY_HEALTH_STORAGEDRIVER_INTERVAL": "5"}, OTHER, "write a unit"),
    ({"REGISTRY_PROXY_TTL": "24"}, OTHER, "write a unit"),
    ({"REGISTRY_HTTP_HEADERS_X": "b"}, EXITS, "must be a list"),
    ({"REGISTRY_STORAGE_DELETE": "true"}, EXITS, "write enabled: true in it"),
    ({"REGISTRY_STORAGE_DELETE_ENABLED": "1"}, OTHER, "must be true or false"),
    ({"REGISTRY_STORAGE_DELETE_ENABLED": '"true"'}, OTHER, "must be true or false"),
    ({"REGISTRY_STORAGE_CACHE": "inmemory"}, EXITS, "set a single key by a longer name"),
    ({"REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR": "redis"}, EXITS, "write cache.type instead"),
    ({"REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR": '""'}, OTHER, "write cache.type instead"),
    ({"REGISTRY_STORAGE_CACHE": "{}"}, OTHER, "write cache.type instead"),
    ({"REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR": "memory"}, OTHER, "must be 'inmemory', 'redis' or ''"),
    ({"REGISTRY_STORAGE_FILESYSTEM": "/data"}, EXITS, "must be a section"),
    ({"REGISTRY_STORAGE_FILESYSTEM_MAXTHREADS": "abc"}, EXITS, "must be a whole number"),
    ({"REGISTRY_STORAGE_REDIRECT": "{}"}, EXITS, "storage.redirect.disable: is required"),
    ({"REGISTRY_STORAGE_REDIRECT_DISABLE": '"true"'}, EXITS, "must be true or false"),
    ({"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING": "{enabled: true}"}, EXITS, "panics without age, interval, dryrun"),
    ({"REGISTRY_REDIS_ADDRS": "redis:6379"}, EXITS, "write [ENTRY, ENTRY]"),
    ({"REGISTRY_REDIS_DB": "abc"}, EXITS, "must be a whole number"),
    ({"REGISTRY_VALIDATION_MANIFESTS_INDEXES_PLATFORMS": "some"}, EXITS, "must be 'all', 'none' or 'list'"),
    ({"REGISTRY_TAGS_MAXTAGS": "-1"}, EXITS, "greater than or equal to 1"),
    ({"REGISTRY_TAGS_MAXTAGS": "ten"}, EXITS, "must be a whole number"),
    # Names
    ({"REGISTRY_NONSENSE": "1"}, IGNORES, "known after REGISTRY_: LOG, STORAGE"),
    ({"REGISTRY_PORT": "tcp://10.0.0.1:5000"}, IGNORES, "known after REGISTRY_: LOG, STORAGE"),
    ({"REGISTRY_HTTP_NONSENSE": "1"}, IGNORES, "known after REGISTRY_HTTP_: ADDR"),
    ({"REGISTRY_HTTP_RELATIVE_URLS": "true"}, IGNORES, "did you mean REGISTRY_HTTP_RELATIVEURLS?"),
    ({"REGISTRY_STORGE_DELETE_ENABLED": "true"}, IGNORES, "did you mean REGISTRY_STORAGE_DELETE_ENABLED?"),
    ({"REGISTRY_HEALTH_HTTP_0_URI": "http://a/"}, IGNORES, "did you mean REGISTRY_HEALTH_HTTPCHECKERS_0_URI?"),
    (
        {"REGISTRY_NOTIFICATIONS_EVENTS_INCLUDEREFERENCES": "true"},
        IGNORES,
        "did you mean REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES?",
    ),
    ({"REGISTRY_http_secret": "x"}, IGNORES, "write REGISTRY_HTTP_SECRET"),
    ({"registry_http_host": "https://a"}, OTHER, "write REGISTRY_HTTP_HOST"),
    ({"REGISTRY_LOGLEVEL": "debug"}, OTHER, "write log.level"),
    ({"REGISTRY_CONFIGURATION_PATH": "/a.yml"}, IGNORES, "leave it out"),
    ({"REGISTRY_VERSION": "0.1"}, OTHER, "leave it out"),
    ({"REGISTRY_VALIDATION_ENABLED": "true"}, OTHER, "write disabled: true or disabled: false"),
    ({"REGISTRY_COMPATIBILITY_SCHEMA1_ENABLED": "true"}, IGNORES, "stores no schema 1 manifests"),
    ({"REGISTRY_REPORTING_NEWRELIC_NAME": "x"}, IGNORES, "reports to no service"),
    ({"REGISTRY_REDIS_ADDR": "redis:6379"}, IGNORES, 'v3 writes "addrs"'),
    ({"REGISTRY_REDIS_POOL_MAXIDLE": "5"}, IGNORES, "v3 writes poolsize"),
    ({"REGISTRY_REDIS_TLS_ENABLED": "true"}, IGNORES, "rootcas"),
    ({"REGISTRY_STORAGE_CACHE_LAYERINFO": "redis"}, OTHER, '"blobdescriptor"'),
    ({"REGISTRY_STORAGE_SWIFT_CONTAINER": "x"}, EXITS, "no driver for OpenStack Swift"),
    ({"REGISTRY_STORAGE_NONSENSE": "3"}, EXITS, "known after REGISTRY_STORAGE_: FILESYSTEM, S3"),
    ({"REGISTRY_STORAGE_FILESYSTEM_NONSENSE": "3"}, OTHER, "known after REGISTRY_STORAGE_FILESYSTEM_"),
    ({"REGISTRY_STORAGE_PORT": "tcp://10.0.0.1:5000"}, EXITS, "known after REGISTRY_STORAGE_"),
    ({"REGISTRY_MIDDLEWARE_SERVICE_HOST": "10.0.0.1"}, EXITS, "known after REGISTRY_MIDDLEWARE_: STORAGE"),
    ({"REGISTRY_HTTP_ADDR_HOST": "x"}, OTHER, "no keys below it"),
    # Lists and sections
    ({"REGISTRY_REDIS_ADDRS_0": "redis:6379"}, OTHER, "as YAML, in REGISTRY_REDIS_ADDRS"),
    ({"REGISTRY_VALIDATION_MANIFESTS_URLS_DENY_0": "^a"}, OTHER, "as YAML, in REGISTRY_VALIDATION_MANIFESTS_URLS_DENY"),
    ({"REGISTRY_NOTIFICATIONS_ENDPOINTS_1_NAME": "x"}, EXITS, "set entry 0 first"),
    ({"REGISTRY_NOTIFICATIONS_ENDPOINTS_0": "{name: x}"}, EXITS, "panics at a whole entry"),
    ({"REGISTRY_NOTIFICATIONS_ENDPOINTS_FIRST_NAME": "x"}, EXITS, "is a list"),
    ({"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED": "true"}, EXITS, "cannot set a single key of this section"),
    ({"REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_AGE": "1h"}, IGNORES, "cannot set a single key of this section"),
    # What the chart renders otherwise
    ({"REGISTRY_STORAGE": "s3"}, EXITS, "write configuration.storage instead"),
    ({"REGISTRY_STORAGE": "filesystem"}, OTHER, "write configuration.storage instead"),
    ({"REGISTRY_STORAGE_S3_BUCKET": "x"}, EXITS, "set storage.type to s3 instead"),
    ({"REGISTRY_STORAGE_AZURE_CREDENTIALS_TYPE": "shared_key"}, EXITS, "exits with two"),
    ({"REGISTRY_AUTH": "htpasswd"}, EXITS, "write configuration.auth instead"),
    ({"REGISTRY_AUTH_HTPASSWD_REALM": "x"}, EXITS, "set auth.htpasswd.enabled to true"),
    ({"REGISTRY_AUTH_TOKEN_REALM": "x"}, EXITS, "set auth.token.enabled to true instead"),
    ({"REGISTRY_HTTP": "{relativeurls: true}"}, OTHER, "write configuration.http instead"),
    ({"REGISTRY_HTTP_DRAINTIMEOUT": "30s"}, OTHER, "write http.drainTimeout instead"),
    ({"REGISTRY_HTTP_PREFIX": "/a"}, OTHER, "write configuration.http.prefix instead"),
    ({"REGISTRY_HTTP_TLS_CERTIFICATE": "/x"}, EXITS, "write tls.enabled and tls.existingSecret instead"),
    ({"REGISTRY_PROXY_REMOTEURL": "https://127.0.0.1:9"}, EXITS, "write proxy.remoteUrl instead"),
    ({"REGISTRY_STORAGE_MAINTENANCE": "{readonly: {enabled: true}}"}, OTHER, "readonly.enabled instead"),
]
"""Variables that the models refuse; what the registry does with them; and a part of the message."""


def values(variables: Variables, **keys: Any) -> RegistryValues:
    entries = [{"name": name, "value": value} for name, value in variables.items()]
    return RegistryValues.model_validate({"extraEnvVars": entries, **keys}, by_alias=True, by_name=False)


def refusals(variables: Variables, **keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        values(variables, **keys)
    errors = caught.value.errors()
    assert {error["loc"][0] for error in errors} == {"extraEnvVars"}
    return [error["msg"] for error in errors]


def at(configuration: Configuration, path: str) -> Any:
    below: Any = configuration.to_config_dict()
    for key in path.split("."):
        below = below[0][key] if isinstance(below, list) else below[key]
    return below


@pytest.mark.parametrize(("variables", "path", "expected"), FINE, ids=[str(variables) for variables, *_ in FINE])
def test_variable_is_read_as_an_override_of_config_yml(variables: Variables, path: str, expected: Any) -> None:
    assert at(values(variables).effective_configuration, path) == expected


@pytest.mark.parametrize(("variables", "path", "expected"), FINE, ids=[str(variables) for variables, *_ in FINE])
def test_registry_reads_the_same_value(
    distribution: Distribution, variables: Variables, path: str, expected: Any
) -> None:
    found = account(distribution, {}, **variables)
    section, *below = path.split(".")
    shown = found["storage"] if section == "storage" else found[path]
    for key in below if section == "storage" else ():
        shown = shown[key]
    assert shown == expected


@pytest.mark.parametrize(("variables", "does", "message"), REFUSED, ids=[str(variables) for variables, *_ in REFUSED])
def test_variable_is_refused_with_what_to_write(variables: Variables, does: str, message: str) -> None:
    assert any(message in found for found in refusals(variables))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("variables", "does", "message"), REFUSED, ids=[str(variables) for variables, *_ in REFUSED])
def test_registry_cannot_use_what_is_refused(
    distribution: Distribution, variables: Variables, does: str, message: str
) -> None:
    if does == EXITS:
        assert distribution.last_words({}, **variables)
        return
    if does == EMPTIES:
        assert account(distribution, {}, **variables)["redis.password"] == ""
        return
    with distribution.serve({}, **variables) as registry:
        assert ("Ignoring" in registry.log()) == (does == IGNORES)


def test_every_known_variable_names_its_key() -> None:
    names = list(known_variables())
    assert len(names) > 200
    for name in names:
        if name not in {"REGISTRY_STORAGE", "REGISTRY_AUTH", "REGISTRY_HTTP"}:
            assert find_config_key(name).path


@pytest.mark.parametrize(
    "source",
    [
        {"valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
        {"value": "$(PASSWORD)"},
    ],
)
def test_value_that_only_the_cluster_knows_has_its_name_checked(source: dict[str, Any]) -> None:
    known = {"name": "REGISTRY_REDIS_PASSWORD", **source}
    assert RegistryValues.model_validate({"extraEnvVars": [known]})
    for name, message in (
        ("REGISTRY_REDIS_PASWORD", "did you mean REGISTRY_REDIS_PASSWORD?"),
        ("REGISTRY_STORAGE_S3_SECRETKEY", "exits with two"),
        ("REGISTRY_PROXY_REMOTEURL", "write proxy.remoteUrl instead"),
        ("REGISTRY_HTTP_ADDR", "write configuration.http.addr instead"),
    ):
        with pytest.raises(ValidationError, match=message.replace("?", r"\?")):
            RegistryValues.model_validate({"extraEnvVars": [{"name": name, **source}]})


def test_value_that_flux_substitutes_is_checked_by_its_default() -> None:
    names = ("REGISTRY_STORAGE_DELETE_ENABLED", "REGISTRY_LOG_LEVEL", "REGISTRY_HTTP_HOST")
    assert values(dict(zip(names, ("${A}", "${B}", "https://${C}"), strict=True)))
    found = values({"REGISTRY_LOG_LEVEL": "${LEVEL:=debug}", "REGISTRY_HTTP_HOST": "${HOST}"}).effective_configuration
    assert at(found, "log.level") == "debug"
    assert "must be 'error'" in refusals({"REGISTRY_LOG_LEVEL": "${LEVEL:=warning}"})[0]
    assert "did you mean REGISTRY_HTTP_HOST?" in refusals({"REGISTRY_HTTP_HST": "${HOST}"})[0]


def test_variables_of_the_driver_and_the_provider_of_config_yml_are_accepted() -> None:
    s3 = {"storage": {"s3": {"bucket": "images", "region": "eu-west-1"}}}
    found = values({"REGISTRY_STORAGE_S3_REGIONENDPOINT": "http://s3:7070"}, configuration=s3).effective_configuration
    assert at(found, "storage.s3") == {"bucket": "images", "region": "eu-west-1", "regionendpoint": "http://s3:7070"}
    login = {"htpasswd": {"enabled": True, "existingSecret": "users"}}
    found = values({"REGISTRY_AUTH_HTPASSWD_REALM": "Team"}, auth=login).effective_configuration
    assert at(found, "auth.htpasswd") == {"realm": "Team", "path": "/auth/htpasswd"}
    proxy = {"proxy": {"remoteurl": "https://registry-1.docker.io"}}
    assert values({"REGISTRY_PROXY_TTL": "24h"}, configuration=proxy).effective_configuration.proxy


def test_azure_reads_single_credentials_only_if_config_yml_has_none(distribution: Distribution) -> None:
    azure: dict[str, Any] = {"accountname": "images", "container": "images", "accountkey": "YWJj"}
    variable = {"REGISTRY_STORAGE_AZURE_CREDENTIALS_TYPE": "shared_key"}
    without = {"storage": {"azure": azure}}
    assert values(variable, configuration=without)
    with distribution.serve(without, **variable):
        pass
    beside = {"storage": {"azure": {**azure, "credentials": {"type": "default_credentials"}}}}
    assert "cannot set a single key" in refusals(variable, configuration=beside)[0]


def test_variable_that_is_set_twice_is_refused() -> None:
    entries = [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "1"}]
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate({"extraEnvVars": entries})
    assert [error["loc"] for error in caught.value.errors()] == [("extraEnvVars", 2, "name")]


def test_other_variables_are_not_looked_at() -> None:
    assert values({"GOMEMLIMIT": "900MiB", "MY_REGISTRY_X": "{", "REGISTRYX": "@"}).extra_env_vars


def test_no_message_repeats_a_value() -> None:
    for value in ("#hunter2", "@hunter2", "a: hunter2", "{hunter2", "!hunter2", "[hunter2", '"hunter2'):
        assert "hunter2" not in "".join(refusals({"REGISTRY_REDIS_PASSWORD": value}))
