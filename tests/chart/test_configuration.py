"""config.yml: `configuration` is merged over what the chart makes."""

from __future__ import annotations

import pytest

from tests.support.helm import Chart


def test_maps_are_merged_and_everything_else_replaces(chart: Chart) -> None:
    config = chart.render(
        configuration={
            "log": {"level": "debug", "accesslog": {"disabled": True}},
            "http": {"headers": {"X-Content-Type-Options": ["other"], "X-More": ["a", "b"]}},
            "storage": {"maintenance": {"uploadpurging": {"enabled": False}}},
            "redis": {"addrs": ["redis:6379"]},
        }
    ).config
    assert config["log"] == {"level": "debug", "formatter": "text", "accesslog": {"disabled": True}}
    assert config["http"]["headers"] == {"X-Content-Type-Options": ["other"], "X-More": ["a", "b"]}
    assert config["http"]["draintimeout"] == "60s"
    assert config["storage"]["maintenance"]["uploadpurging"]["enabled"] is False
    assert config["storage"]["maintenance"]["uploadpurging"]["age"] == "168h"
    assert config["redis"]["addrs"] == ["redis:6379"]
    assert config["redis"]["maxretries"] == -1


def test_false_and_empty_values_replace_the_charts_own_too(chart: Chart) -> None:
    config = chart.render(
        configuration={
            "health": {"storagedriver": {"enabled": False}},
            "http": {"headers": {"X-Content-Type-Options": []}},
            "storage": {"cache": {"blobdescriptor": ""}},
        }
    ).config
    assert config["health"]["storagedriver"] == {"enabled": False, "interval": "10s", "threshold": 3}
    assert config["http"]["headers"] == {"X-Content-Type-Options": []}
    assert config["storage"]["cache"] == {"blobdescriptor": ""}


def test_an_empty_section_adds_nothing_and_an_empty_driver_is_one(chart: Chart) -> None:
    config = chart.render(configuration={"auth": {}, "redis": {}, "storage": {"inmemory": {}}}).config
    assert set(config) == {"version", "log", "storage", "http", "health", "validation"}
    assert config["storage"]["inmemory"] == {}


def test_another_storage_driver_replaces_the_folder_and_keeps_the_settings(chart: Chart) -> None:
    storage = chart.render(
        configuration={"storage": {"s3": {"bucket": "b", "region": "r", "chunksize": 10485760}}},
        deletion={"enabled": True},
    ).config["storage"]
    assert storage["s3"] == {"bucket": "b", "region": "r", "chunksize": 10485760}
    assert "filesystem" not in storage
    assert storage["delete"] == {"enabled": True}
    assert storage["maintenance"]["uploadpurging"]["enabled"] is True


def test_a_storage_setting_is_no_driver(chart: Chart) -> None:
    storage = chart.render(configuration={"storage": {"redirect": {"disable": True}, "tag": {"concurrencylimit": 8}}})
    assert storage.config["storage"]["filesystem"] == {"rootdirectory": "/var/lib/registry"}


S3 = {"bucket": "images", "regionEndpoint": "http://minio:9000"}
BUCKET = {"type": "s3", "s3": S3}


def test_a_service_other_than_aws_gets_a_region_and_paths_with_the_bucket(chart: Chart) -> None:
    storage = chart.render(storage=BUCKET).config["storage"]
    assert storage["s3"] == {
        "bucket": "images",
        "region": "us-east-1",
        "regionendpoint": "http://minio:9000",
        "forcepathstyle": True,
    }
    assert storage["redirect"] == {"disable": False}


def test_keys_of_config_yml_are_merged_over_a_typed_driver(chart: Chart) -> None:
    raw = {"storage": {"s3": {"forcepathstyle": False, "keyid": "k"}, "redirect": {"disable": True}}}
    storage = chart.render(storage=BUCKET, configuration=raw).config["storage"]
    assert (storage["s3"]["bucket"], storage["s3"]["keyid"]) == ("images", "k")
    assert storage["s3"]["forcepathstyle"] is False
    assert storage["redirect"] == {"disable": True}


def test_a_chunk_size_stays_a_number(chart: Chart) -> None:
    storage = {"type": "s3", "s3": S3 | {"chunkSize": 33554432}}
    assert "chunksize: 33554432\n" in chart.render(storage=storage).config_text


def test_redis_that_hangs_costs_a_request_less_than_a_second(chart: Chart) -> None:
    typed = chart.render(cache={"type": "redis", "redis": {"addrs": ["redis:6379"], "db": 2}}).config
    raw = chart.render(configuration={"redis": {"addrs": ["redis:6379"], "readtimeout": "1s"}}).config
    limits = {"dialtimeout": "200ms", "readtimeout": "200ms", "writetimeout": "200ms", "maxretries": -1}
    assert typed["redis"] == {"addrs": ["redis:6379"], "db": 2, **limits}
    assert raw["redis"] == {"addrs": ["redis:6379"], **limits, "readtimeout": "1s"}


@pytest.mark.parametrize(("kind", "expected"), [("off", None), ("inmemory", "inmemory"), ("", "inmemory")])
def test_one_pod_has_the_cache_that_is_set(chart: Chart, kind: str, expected: str | None) -> None:
    cache = chart.render(cache={"type": kind}).config["storage"].get("cache", {})
    assert cache.get("blobdescriptor") == expected


def test_pods_that_share_images_share_no_memory_of_them(chart: Chart) -> None:
    assert chart.render().config["storage"]["cache"] == {"blobdescriptor": "inmemory"}
    shared = chart.render(replicaCount=2, http={"existingSecret": "s"}, persistence={"accessModes": ["ReadWriteMany"]})
    assert "cache" not in shared.config["storage"]
    scaled = chart.render(storage=BUCKET, http={"existingSecret": "s"}, autoscaling={"enabled": True})
    assert "cache" not in scaled.config["storage"]


def test_the_debug_port_is_closed_and_no_secret_is_in_the_config_map(chart: Chart) -> None:
    rendered = chart.render(
        http={"existingSecret": "shared"},
        auth={"htpasswd": {"enabled": True, "username": "admin", "password": "S3cret!"}},
    )
    assert "debug" not in rendered.config["http"]
    assert "secret" not in rendered.config["http"]
    assert "S3cret!" not in rendered.config_text
    assert rendered.config["auth"] == {"htpasswd": {"realm": "Registry", "path": "/auth/htpasswd"}}
