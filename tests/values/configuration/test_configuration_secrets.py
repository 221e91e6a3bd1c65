"""Secrets in the clear: each is found with its path and with the environment variable to use instead."""

from typing import Any

import pytest

from registry_gitops.values.configuration import Configuration, find_plaintext_secrets

Place = tuple[str | int, ...]

SECRETS: list[tuple[dict[str, Any], Place, str]] = [
    ({"http": {"secret": "x"}}, ("http", "secret"), "REGISTRY_HTTP_SECRET"),
    ({"storage": {"s3": {"secretkey": "x"}}}, ("storage", "s3", "secretkey"), "REGISTRY_STORAGE_S3_SECRETKEY"),
    (
        {"storage": {"azure": {"accountkey": "x"}}},
        ("storage", "azure", "accountkey"),
        "REGISTRY_STORAGE_AZURE_ACCOUNTKEY",
    ),
    (
        {
            "storage": {
                "azure": {"credentials": {"type": "client_secret", "tenantid": "t", "clientid": "c", "secret": "x"}}
            }
        },
        ("storage", "azure", "credentials", "secret"),
        "REGISTRY_STORAGE_AZURE_CREDENTIALS",
    ),
    (
        {"storage": {"gcs": {"credentials": {"private_key": "x"}}}},
        ("storage", "gcs", "credentials"),
        "REGISTRY_STORAGE_GCS_CREDENTIALS",
    ),
    ({"redis": {"password": "x"}}, ("redis", "password"), "REGISTRY_REDIS_PASSWORD"),
    ({"redis": {"sentinelpassword": "x"}}, ("redis", "sentinelpassword"), "REGISTRY_REDIS_SENTINELPASSWORD"),
    ({"proxy": {"password": "x"}}, ("proxy", "password"), "REGISTRY_PROXY_PASSWORD"),
    *(
        ({"proxy": {"remoteurl": url}}, ("proxy", "remoteurl"), "REGISTRY_PROXY_REMOTEURL")
        for url in ("https://me:x@a.example.com", "https://TOKEN@a.example.com", "https://a.example.com/?token=x")
    ),
    (
        {"log": {"hooks": [{"type": "mail"}, {"type": "mail", "options": {"smtp": {"password": "x"}}}]}},
        ("log", "hooks", 1, "options", "smtp", "password"),
        "REGISTRY_LOG_HOOKS_1_MAILOPTIONS_SMTP_PASSWORD",
    ),
    (
        {
            "notifications": {
                "endpoints": [{"name": "a", "headers": {"Authorization": ["Bearer x"], "Accept": ["*/*"]}}]
            }
        },
        ("notifications", "endpoints", 0, "headers", "Authorization"),
        "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_HEADERS",
    ),
    (
        {"notifications": {"endpoints": [{"name": "a", "url": "https://me:x@a.example.com/hook"}]}},
        ("notifications", "endpoints", 0, "url"),
        "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL",
    ),
    (
        {"health": {"http": [{"uri": "https://a.example.com/", "headers": {"X-Api-Key": ["x"]}}]}},
        ("health", "http", 0, "headers", "X-Api-Key"),
        "REGISTRY_HEALTH_HTTPCHECKERS_0_HEADERS",
    ),
    (
        {"health": {"http": [{"uri": "https://me:x@a.example.com/"}]}},
        ("health", "http", 0, "uri"),
        "REGISTRY_HEALTH_HTTPCHECKERS_0_URI",
    ),
]


@pytest.mark.parametrize(("data", "path", "variable"), SECRETS)
def test_a_secret_is_found_with_its_path_and_its_environment_variable(
    data: dict[str, Any], path: Place, variable: str
) -> None:
    assert find_plaintext_secrets(Configuration.model_validate(data)) == [(path, variable)]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"http": {"headers": {"Authorization": ["not ours, an answer's"]}}, "redis": {"password": ""}},
        {"storage": {"s3": {"accesskey": "an id", "bucket": "images"}}, "proxy": {"username": "me"}},
        {"proxy": {"remoteurl": "https://a.example.com:5000/a"}},
        {
            "notifications": {
                "endpoints": [{"name": "a", "url": "https://a.example.com/", "headers": {"Accept": ["x"]}}]
            }
        },
    ],
)
def test_what_is_no_secret_is_not_reported(data: dict[str, Any]) -> None:
    assert find_plaintext_secrets(Configuration.model_validate(data)) == []


def test_all_secrets_are_reported_in_the_order_of_the_keys() -> None:
    data = {"redis": {"password": "x", "sentinelpassword": "y"}, "http": {"secret": "z"}}
    found = [place.path for place in find_plaintext_secrets(Configuration.model_validate(data))]
    assert found == [("http", "secret"), ("redis", "password"), ("redis", "sentinelpassword")]
