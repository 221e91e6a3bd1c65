"""Each secret of the model reaches the registry by the environment variable that the model names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from registry_gitops.values.configuration import Configuration, SecretField, Section

from .conftest import Distribution
from .test_keys import account, parts

ENDPOINT = {"notifications": {"endpoints": [{"name": "hook", "disabled": True}]}}
CHECK = {"health": {"http": [{"uri": "http://127.0.0.1:9/", "interval": "1h"}]}}
HOOK = {"log": {"hooks": [{"type": "mail", "disabled": True}]}}
S3 = {"storage": {"s3": {"bucket": "images", "region": "eu-west-1"}}}
AZURE = {"storage": {"azure": {"accountname": "images", "container": "images", "credentials": {"type": "shared_key"}}}}

# variable -> (what it holds, the configuration beside it, where the registry shows it, and what it shows there)
SHOWN: dict[str, tuple[str, dict[str, Any], str, Any]] = {
    "REGISTRY_HTTP_SECRET": ("s3cret", {}, "http.secret", "s3cret"),
    "REGISTRY_REDIS_PASSWORD": ("s3cret", {}, "redis.password", "s3cret"),
    "REGISTRY_REDIS_SENTINELPASSWORD": ("s3cret", {}, "redis.sentinelpassword", "s3cret"),
    "REGISTRY_PROXY_PASSWORD": ("s3cret", {}, "proxy.password", "s3cret"),
    "REGISTRY_LOG_HOOKS_0_MAILOPTIONS_SMTP_PASSWORD": ("s3cret", HOOK, "log.hooks.options.smtp.password", "s3cret"),
    "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL": ("http://a/", ENDPOINT, "notifications.endpoints.url", "http://a/"),
    "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_HEADERS": (
        "{Authorization: [Bearer s3cret]}",
        ENDPOINT,
        "notifications.endpoints.headers",
        {"authorization": ["Bearer s3cret"]},
    ),
    "REGISTRY_HEALTH_HTTPCHECKERS_0_URI": ("http://a/", CHECK, "health.http.uri", "http://a/"),
    "REGISTRY_HEALTH_HTTPCHECKERS_0_HEADERS": (
        "{Authorization: [Bearer s3cret]}",
        CHECK,
        "health.http.headers",
        {"authorization": ["Bearer s3cret"]},
    ),
}


def variables(model: type[Section]) -> Iterator[str]:
    """The environment variables of all secrets below a model, those of lists for their first entry."""
    for field in model.model_fields.values():
        yield from (mark.variable.format(0) for mark in field.metadata if isinstance(mark, SecretField))
        for kind in parts(field.annotation):
            if isinstance(kind, type) and issubclass(kind, Section):
                yield from variables(kind)


@pytest.mark.parametrize("variable", SHOWN)
def test_a_secret_reaches_the_registry_by_its_variable(distribution: Distribution, variable: str) -> None:
    value, configuration, path, expected = SHOWN[variable]
    assert account(distribution, configuration, **{variable: value})[path] == expected


def test_the_keys_of_object_stores_reach_the_registry_by_their_variables(distribution: Distribution) -> None:
    found = account(distribution, S3, REGISTRY_STORAGE_S3_SECRETKEY="s3cret")
    assert found["storage"]["s3"]["secretkey"] == "s3cret"
    # A shared key must be base64: the registry says so only if it reads it.
    assert "illegal base64" in distribution.last_words(AZURE, REGISTRY_STORAGE_AZURE_ACCOUNTKEY="s3cret")
    with distribution.serve(AZURE, REGISTRY_STORAGE_AZURE_ACCOUNTKEY="czNjcmV0"):
        pass


def test_whole_credentials_reach_the_registry_by_their_variables(distribution: Distribution) -> None:
    azure = {"storage": {"azure": {"accountname": "images", "container": "images"}}}
    client = "{type: client_secret, tenantid: t, clientid: c, secret: s3cret}"
    assert "invalid credentials type" in distribution.last_words(azure)
    with distribution.serve(azure, REGISTRY_STORAGE_AZURE_CREDENTIALS=client):
        pass
    gcs = {"storage": {"gcs": {"bucket": "images"}}}
    key = "{type: service_account, client_email: me@example.com, private_key: s3cret}"
    with distribution.serve(gcs, REGISTRY_STORAGE_GCS_CREDENTIALS=key):
        pass
    # Leaf by leaf they do not.
    assert "correct format" in distribution.last_words(gcs, REGISTRY_STORAGE_GCS_CREDENTIALS_TYPE="service_account")
    azure["storage"]["azure"]["credentials"] = {"type": "client_secret", "tenantid": "t", "clientid": "c"}  # type: ignore[assignment]
    words = distribution.last_words(azure, REGISTRY_STORAGE_AZURE_CREDENTIALS_SECRET="s3cret")
    assert "secret can't be empty string" in words


def test_the_address_of_a_mirrored_registry_reaches_it_by_its_variable(distribution: Distribution) -> None:
    words = distribution.last_words({}, REGISTRY_PROXY_REMOTEURL="http://me:s3cret@127.0.0.1:9")
    assert "dial tcp 127.0.0.1:9" in words


def test_every_secret_of_the_model_is_tried_here() -> None:
    elsewhere = {
        "REGISTRY_STORAGE_S3_SECRETKEY",
        "REGISTRY_STORAGE_AZURE_ACCOUNTKEY",
        "REGISTRY_STORAGE_AZURE_CREDENTIALS",
        "REGISTRY_STORAGE_GCS_CREDENTIALS",
        "REGISTRY_PROXY_REMOTEURL",
    }
    assert set(variables(Configuration)) == set(SHOWN) | elsewhere
