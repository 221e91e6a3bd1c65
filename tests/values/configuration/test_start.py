"""The model and the real registry agree: what the one takes, the other starts with; what it refuses stops the other."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from registry_gitops.values.configuration import Configuration

from .conftest import Distribution, merged, status

MIB = 1024**2
S3 = {"bucket": "images", "region": "eu-central-1"}
AZURE = {"accountname": "images", "container": "images", "accountkey": "YWJj"}
SERVICE_ACCOUNT = {"type": "service_account", "client_email": "me@example.com", "private_key": "none"}

STORAGES: list[dict[str, Any]] = [
    {},
    {"filesystem": {"rootdirectory": "/data", "maxthreads": 25}},
    {"inmemory": {}},
    {"s3": {**S3, "chunksize": 5 * MIB, "multipartcopychunksize": 5120 * MIB, "multipartcopythresholdsize": 0}},
    {"s3": {**S3, "chunksize": 5120 * MIB, "storageclass": "GLACIER_IR", "objectacl": "private", "loglevel": "off"}},
    {"s3": {**S3, "region": "garage", "regionendpoint": "http://minio:9000", "forcepathstyle": True, "v4auth": False}},
    {"azure": {**AZURE, "credentials": {"type": "shared_key"}, "max_retries": 3, "retry_delay": "1s"}},
    {"azure": {**AZURE, "credentials": {"type": "default_credentials"}, "serviceurl": "http://azurite:10000/images"}},
    {"gcs": {"bucket": "images", "credentials": SERVICE_ACCOUNT, "chunksize": 256 * 1024, "maxconcurrency": 25}},
]

SETTINGS: list[dict[str, Any]] = [
    *({"log": {"level": level}} for level in ("error", "warn", "info", "debug")),
    *({"log": {"formatter": formatter}} for formatter in ("text", "json", "logstash")),
    {"log": {"fields": {"environment": "staging"}, "reportcaller": True, "accesslog": {"disabled": True}}},
    {"log": {"hooks": [{"type": "mail", "levels": ["panic", "trace"], "options": {"smtp": {"addr": "mail:25"}}}]}},
    {"storage": {"delete": {"enabled": True}, "redirect": {"disable": True}, "tag": {"concurrencylimit": 0}}},
    {"storage": {"cache": {"blobdescriptor": "", "blobdescriptorsize": 0}}},
    {"storage": {"cache": {"blobdescriptor": "redis"}}, "redis": {"addrs": ["127.0.0.1:9"], "maxretries": -1}},
    {"storage": {"maintenance": {"uploadpurging": {"enabled": False}, "readonly": {"enabled": True}}}},
    {"storage": {"maintenance": {"uploadpurging": {"age": "0s", "interval": "1ms", "dryrun": True}}}},
    {"http": {"host": "https://registry.example.com:8443/x?y=%20", "relativeurls": False, "secret": "s"}},
    {"http": {"draintimeout": "2562047h", "http2": {"disabled": True}, "h2c": {"enabled": True}}},
    {"http": {"headers": {"X-Content-Type-Options": [], "Strict-Transport-Security": ["max-age=63072000"]}}},
    {"http": {"tls": {"minimumtls": "tls1.3", "clientauth": "request-client-cert", "ciphersuites": []}}},
    {"http": {"debug": {"addr": "127.0.0.1:0", "prometheus": {"enabled": True, "path": "/team/metrics.txt/"}}}},
    {"http": {"debug": {"addr": "[::1]:0", "prometheus": {"enabled": True, "path": "/"}}}},
    {"redis": {"addrs": ["127.0.0.1:9", "[::1]:9"], "protocol": 2, "tls": {"certificate": "/none"}}},
    {"health": {"storagedriver": {"enabled": False}, "file": [{"file": "/down"}]}},
    {"health": {"http": [{"uri": "http://127.0.0.1:9/", "interval": "1h", "headers": {"Accept": ["*/*"]}}]}},
    {"health": {"tcp": [{"addr": "127.0.0.1:9", "interval": "1h", "timeout": "1.5s", "threshold": 0}]}},
    {"notifications": {"endpoints": [{"name": "hook", "url": "http://127.0.0.1:9/", "ignore": {"actions": ["pull"]}}]}},
    {"notifications": {"events": {"includereferences": True}, "endpoints": [{"name": "later", "disabled": True}]}},
    {"middleware": {"storage": [{"name": "redirect", "options": {"baseurl": "https://cdn.example.com:8443/a"}}]}},
    {"middleware": {"storage": [{"name": "rewrite"}, {"name": "rewrite", "options": {"host": "a", "scheme": "http"}}]}},
    {"auth": {"htpasswd": {"realm": "Registry", "path": "/auth/htpasswd"}}},
    {"proxy": {"username": "me", "ttl": "0s", "cachewritetimeout": "1m", "exec": {"command": "helper"}}},
    {"validation": {"disabled": True, "manifests": {"indexes": {"platforms": "none"}}}},
    {
        "validation": {
            "manifests": {
                "urls": {
                    "allow": [r"^https?://([^/]+\.)*example\.com/", r"[[:alpha:]]", r"\Qa\E"],
                    "deny": [r"\pL+\z"],
                },
                "indexes": {"platforms": "list", "platformlist": [{"architecture": "amd64", "os": "linux"}]},
            }
        }
    },
    {"policy": {"repository": {"classes": ["image", "plugin"]}}, "catalog": {"maxentries": 1}, "tags": {"maxtags": 1}},
]


# A start takes some 20 ms; where a machine is busy, that is no failure.
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    storage=st.sampled_from(STORAGES),
    chosen=st.lists(st.sampled_from(SETTINGS), max_size=8),
    prefix=st.sampled_from(["", "/", "/team", "/team/registry/"]),
)
def test_the_registry_starts_with_what_the_model_takes(
    distribution: Distribution, storage: dict[str, Any], chosen: list[dict[str, Any]], prefix: str
) -> None:
    data = reduce(merged, chosen, {"storage": storage} | ({"http": {"prefix": prefix}} if prefix else {}))
    configuration = Configuration.model_validate(data)
    assert configuration.to_config_dict() == data
    with distribution.serve(configuration.to_config_dict()) as registry:
        expected = 401 if configuration.auth_provider else 200
        assert status(f"{registry.url}{prefix.rstrip('/')}/v2/") == expected


@pytest.mark.parametrize("setting", [*SETTINGS, *({"storage": storage} for storage in STORAGES)], ids=str)
def test_the_registry_starts_with_each_setting_alone(distribution: Distribution, setting: dict[str, Any]) -> None:
    with distribution.serve(Configuration.model_validate(setting).to_config_dict()) as registry:
        assert status(f"{registry.url}/v2/") == (401 if "auth" in setting else 200)


FATAL: list[tuple[dict[str, Any], str]] = [
    ({"log": {"level": "warning"}}, "invalid loglevel warning"),
    ({"log": {"formatter": "xml"}}, "unsupported logging formatter"),
    ({"storage": {"filesystem": {}, "inmemory": {}}}, "must provide exactly one storage type"),
    ({"storage": {"filesystem": {"maxthreads": "many"}}}, "maxthreads config error"),
    ({"storage": {"swift": {}, "filesystem": {}}}, "must provide exactly one storage type"),
    ({"storage": {"s3": {**S3, "chunksize": 5 * MIB - 1}}}, "chunksize"),
    ({"storage": {"s3": {**S3, "chunksize": 5120 * MIB + 1}}}, "chunksize"),
    ({"storage": {"s3": {**S3, "multipartcopychunksize": 5 * MIB - 1}}}, "multipartcopychunksize"),
    ({"storage": {"s3": {**S3, "multipartcopymaxconcurrency": 0}}}, "multipartcopymaxconcurrency"),
    ({"storage": {"s3": {**S3, "multipartcopythresholdsize": 5120 * MIB + 1}}}, "multipartcopythresholdsize"),
    ({"storage": {"s3": {**S3, "storageclass": "GLACIER"}}}, "storageclass"),
    ({"storage": {"s3": {**S3, "objectacl": "secret"}}}, "objectacl"),
    ({"storage": {"s3": {"region": "eu-central-1", "bucket": ""}}}, "no bucket parameter"),
    ({"storage": {"gcs": {"bucket": "images", "chunksize": 300000}}}, "chunksize should be a multiple"),
    ({"storage": {"azure": {**AZURE, "credentials": {}}}}, "invalid credentials type"),
    (
        {"storage": {"azure": {**AZURE, "credentials": {"type": "client_secret", "clientid": "c", "secret": "s"}}}},
        "client secret credentials",
    ),
    ({"storage": {"azure": {**AZURE, "credentials": {"type": "shared_key"}, "retry_delay": "5"}}}, "missing unit"),
    ({"storage": {"redirect": {}}}, "invalid type for redirect config"),
    ({"storage": {"redirect": {"disable": "true"}}}, "invalid type for redirect config"),
    ({"storage": {"tag": {"concurrencylimit": -1}}}, "non-negative integer"),
    ({"storage": {"maintenance": {"uploadpurging": {"age": 168}}}}, "age is not a string"),
    ({"storage": {"maintenance": {"uploadpurging": {"interval": "daily"}}}}, "Cannot parse interval"),
    ({"storage": {"maintenance": {"readonly": {"enabled": "true"}}}}, "must have a boolean value"),
    ({"http": {"draintimeout": "60"}}, "cannot unmarshal"),
    ({"http": {"draintimeout": "2562048h"}}, "cannot unmarshal"),
    ({"http": {"host": "https://registry.example.com:port"}}, "could not parse http"),
    ({"http": {"headers": {"X-Frame-Options": "DENY"}}}, "cannot unmarshal"),
    ({"http": {"net": "udp"}}, "unknown address type"),
    ({"http": {"tls": {"clientauth": "none"}}}, "invalid ClientAuth none"),
    ({"http": {"debug": {"addr": "127.0.0.1:0", "prometheus": {"enabled": True, "path": "metrics"}}}}, "metrics"),
    (
        {"http": {"debug": {"addr": "127.0.0.1:0", "prometheus": {"enabled": True, "path": "/debug/health"}}}},
        "conflicts",
    ),
    ({"auth": {"htpasswd": {"realm": "r", "path": "/p"}, "token": {}}}, "must provide exactly one type"),
    (
        {"auth": {"token": {"realm": "r", "service": "s", "issuer": "i", "signingalgorithms": "RS256"}}},
        "must be a list",
    ),
    ({"health": {"tcp": [{"addr": "127.0.0.1:9"}, {"addr": "127.0.0.1:9"}]}}, "Check already exists"),
    ({"middleware": {"storage": [{"name": "cdn"}]}}, "no storage middleware registered with name"),
    ({"middleware": {"storage": [{"name": "redirect", "disabled": True}]}}, "no baseurl provided"),
    ({"middleware": {"storage": [{"name": "cloudfront", "options": {"baseurl": "https://a/"}}]}}, "no privatekey"),
    ({"middleware": {"registry": [{"name": "x"}]}}, "no registry middleware registered with name"),
    ({"tags": {"maxtags": -1}}, "maxtags limit"),
    ({"catalog": {"maxentries": "many"}}, "cannot unmarshal"),
    ({"validation": {"manifests": {"indexes": {"platforms": "some"}}}}, "invalid platforms option"),
    *(
        ({"validation": {"manifests": {"urls": {"allow": [text]}}}}, "error parsing regexp")
        for text in ("^(?!a)", "(?<=a)b", "(?>a)", r"(a)\1", "(", ")", "[a", "*", "a**", "a\\")
    ),
]


@pytest.mark.parametrize(("data", "words"), FATAL, ids=[str(data) for data, _ in FATAL])
def test_what_stops_the_registry_is_refused_by_the_model(
    distribution: Distribution, data: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError):
        Configuration.model_validate(data)
    assert words in distribution.last_words(data)


IGNORED: list[dict[str, Any]] = [
    {"http": {"relativeURLs": True}},
    {"http": {"host": "registry.example.com"}},
    {"http": {"draintimeout": 60}},
    {"http": {"prefix": "team"}},
    {"http": {"debug": {"addr": "127.0.0.1:0", "prometheus": {"enabled": True, "path": "/../metrics"}}}},
    {"http": {"tls": {"minimumtls": "tls1.0"}}},
    {"log": {"hooks": [{"type": "slack"}]}},
    {"log": {"hooks": [{"type": "mail", "levels": ["loud"]}]}},
    {"storage": {"filesystem": {"maxthreads": 24}}},
    {"storage": {"delete": {"enabled": "true"}}},
    {"storage": {"cache": {"blobdescriptor": "memory"}}},
    {"redis": {"addrs": ["127.0.0.1:9"], "pool": {"maxidle": 16}}},
    {"redis": {"addrs": ["127.0.0.1:9"], "protocol": 7}},
    {"catalog": {"maxentries": -1}},
    {"bogus": {}},
]


@pytest.mark.parametrize("data", IGNORED, ids=str)
def test_what_the_registry_takes_without_doing_it_is_refused_by_the_model(
    distribution: Distribution, data: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        Configuration.model_validate(data)
    with distribution.serve(data) as registry:
        assert status(f"{registry.url}/") == 200


def test_what_a_storage_driver_needs_may_come_from_the_environment(distribution: Distribution) -> None:
    bare = Configuration.model_validate({"storage": {"s3": {}}}).to_config_dict()
    assert "no region parameter provided" in distribution.last_words(bare)
    with distribution.serve(bare, REGISTRY_STORAGE_S3_BUCKET="images", REGISTRY_STORAGE_S3_REGION="eu-west-1"):
        pass
