"""The chart value `configuration`: its keys, what it renders, and what cross-checks read from it."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values.configuration import (
    S3,
    Azure,
    Configuration,
    Health,
    HttpCheck,
    InMemory,
    LogHook,
    MailOptions,
    RegistryAuth,
    RegistryHttp,
    Storage,
    TokenAuth,
)


def errors(data: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Configuration.model_validate(data)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


def test_keys_are_lower_case_in_yaml_and_snake_case_in_python() -> None:
    made = Configuration(http=RegistryHttp(relative_urls=True, drain_timeout="60s"))
    assert made.to_config_dict() == {"http": {"relativeurls": True, "draintimeout": "60s"}}
    assert Configuration.model_validate(made.to_config_dict()) == made


def test_the_two_keys_that_distribution_writes_with_an_underscore_keep_it() -> None:
    made = Azure(max_retries=3, retry_delay="1s")
    assert made.to_config_dict() == {"max_retries": 3, "retry_delay": "1s"}
    assert Azure.model_validate(made.to_config_dict()) == made


def test_the_key_that_is_a_word_of_python_is_reached_with_an_underscore() -> None:
    made = LogHook(type="mail", options=MailOptions(from_="registry@example.com"))
    assert made.to_config_dict() == {"type": "mail", "options": {"from": "registry@example.com"}}


def test_what_nobody_set_is_not_rendered() -> None:
    assert Configuration().to_config_dict() == {}
    assert Configuration(storage=Storage(inmemory=InMemory())).to_config_dict() == {"storage": {"inmemory": {}}}


def test_false_zero_and_empty_are_rendered_because_they_switch_off_what_the_chart_makes() -> None:
    off = {
        "http": {"relativeurls": False, "draintimeout": "0s", "headers": {"X-Content-Type-Options": []}},
        "storage": {"cache": {"blobdescriptor": "", "blobdescriptorsize": 0}},
        "health": {"storagedriver": {"enabled": False}},
    }
    assert Configuration.model_validate(off).to_config_dict() == off


def test_a_mistyped_key_is_refused_with_the_nearest_key() -> None:
    assert errors({"http": {"relativeURLs": True}}) == {
        "http.relativeURLs": 'unknown key "relativeURLs": did you mean "relativeurls"?'
    }


def test_all_errors_are_told_at_once_each_at_its_place() -> None:
    found = errors({"log": {"level": "warning", "colour": True}, "http": {"addr": "5000"}, "tags": {"maxtags": -1}})
    assert list(found) == ["log.level", "log.colour", "http.addr", "tags.maxtags"]


@pytest.mark.parametrize(
    ("data", "path", "remedy"),
    [
        ({"version": 0.1}, "version", "the chart writes it"),
        ({"loglevel": "debug"}, "loglevel", "write log.level"),
        ({"compatibility": {}}, "compatibility", "no schema 1"),
        ({"reporting": {}}, "reporting", "reports to no service"),
        ({"storage": {"swift": {}}}, "storage.swift", "no driver for OpenStack Swift"),
        ({"storage": {"oss": {}}}, "storage.oss", "no driver for Alibaba OSS"),
        ({"storage": {"s3aws": {}}}, "storage.s3aws", 'same driver as "s3"'),
        ({"storage": {"cache": {"layerinfo": "redis"}}}, "storage.cache.layerinfo", '"blobdescriptor"'),
        ({"storage": {"azure": {"connectionstring": "x"}}}, "storage.azure.connectionstring", "write credentials"),
        ({"storage": {"inmemory": {"size": 1}}}, "storage.inmemory.size", "this section has no keys"),
        ({"redis": {"addr": "redis:6379"}}, "redis.addr", 'v3 writes "addrs"'),
        ({"redis": {"pool": {"maxidle": 16}}}, "redis.pool", "v3 writes poolsize"),
        ({"redis": {"tls": {"enabled": True}}}, "redis.tls.enabled", "rootcas"),
        ({"auth": {"silly": {}}}, "auth.silly", "lets in everybody"),
        ({"auth": {"none": {}}}, "auth.none", "leave auth out"),
        ({"validation": {"enabled": True}}, "validation.enabled", "write disabled"),
        ({"middleware": {"registry": []}}, "middleware.registry", "official image has no middleware"),
        ({"middleware": {"repository": []}}, "middleware.repository", "official image has no middleware"),
        ({"http": {"net": "unix"}}, "http.net", "listens on tcp"),
    ],
)
def test_a_key_of_v2_or_without_effect_is_refused_with_what_to_write_instead(
    data: dict[str, Any], path: str, remedy: str
) -> None:
    assert remedy in errors(data)[path]


@pytest.mark.parametrize(
    "path", ["log", "health", "log.level", "storage.redirect", "storage.cache", "storage.maintenance.uploadpurging"]
)
def test_null_is_refused_because_it_would_remove_what_the_registry_needs(path: str) -> None:
    data: Any = None
    for key in reversed(path.split(".")):
        data = {key: data}
    assert errors(data) == {path: "no value (null): write one, {} for an empty section, or leave the key out"}


def test_a_null_does_not_hide_the_other_errors() -> None:
    found = errors({"log": None, "http": {"addr": None, "host": "example.com"}, "nonsense": 1})
    assert list(found) == ["log", "http.addr", "http.host", "nonsense"]


def test_the_name_of_the_storage_driver_is_known_to_cross_checks() -> None:
    assert Configuration().driver is None
    assert Configuration.model_validate({"storage": {"delete": {"enabled": True}}}).driver is None
    for name in ("filesystem", "s3", "gcs", "azure", "inmemory"):
        made = Configuration.model_validate({"storage": {name: {}}})
        assert (made.driver, made.storage.driver) == (name, name)


def test_several_storage_drivers_are_refused_with_their_names() -> None:
    found = errors({"storage": {"s3": {}, "filesystem": {}, "inmemory": {}}})
    message = "several storage drivers are set (filesystem, inmemory, s3), and the registry exits with more than one"
    assert found == {"storage": f"{message}: keep one"}


def test_two_authentication_providers_are_refused_and_one_is_known_to_cross_checks() -> None:
    assert "two providers" in errors({"auth": {"token": {}, "htpasswd": {}}})["auth.token"]
    assert Configuration().auth_provider is None
    assert Configuration(auth=RegistryAuth(token=TokenAuth(realm="https://auth.example.com"))).auth_provider == "token"


def test_what_the_environment_can_supply_is_not_required() -> None:
    made: dict[str, Any] = {"storage": {"s3": {}}, "auth": {"token": {}}, "proxy": {}, "redis": {}}
    assert Configuration.model_validate(made).to_config_dict() == made


def test_a_schema_made_of_the_model_refuses_null_as_the_model_does() -> None:
    schema = Configuration.model_json_schema()
    assert '"null"' not in json.dumps(schema)
    assert schema["properties"]["http"] == {"$ref": "#/$defs/RegistryHttp"}
    assert schema["$defs"]["RegistryHttp"]["properties"]["relativeurls"]["type"] == "boolean"
    assert schema["$defs"]["S3"]["properties"]["chunksize"]["maximum"] == 5 * 1024**3
    assert schema["$defs"]["Health"]["properties"]["tcp"]["type"] == "array"


def test_patterns_of_the_schema_are_ones_that_helm_can_compile() -> None:
    # Helm is written in Go: no look-around, no back-references.
    patterns = re.findall(r'"pattern": "(.*?)(?<!\\)"', json.dumps(Configuration.model_json_schema()))
    assert len(patterns) > 20
    assert [pattern for pattern in patterns if re.search(r"\(\?[=!<>]|\\\\[1-9]", pattern)] == []


def test_two_checks_of_one_target_are_refused_at_the_second() -> None:
    with pytest.raises(ValidationError) as caught:
        Health.model_validate({"http": [{"uri": "http://a/"}, {"uri": "http://b/"}, {"uri": "http://a/"}]})
    assert [error["loc"] for error in caught.value.errors()] == [("http", 2, "uri")]
    assert Health(http=[HttpCheck(uri="http://a/"), HttpCheck(uri="http://b/")])


def test_sections_are_frozen_and_hide_their_secrets_when_printed() -> None:
    made = S3(bucket="images", secret_key="hunter2")
    with pytest.raises(ValidationError, match="frozen"):
        made.bucket = "other"  # type: ignore[misc]
    assert "hunter2" not in repr(Configuration(storage=Storage(s3=made)))
