"""config.yml: `configuration` is merged over what the chart makes."""

from __future__ import annotations

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
    assert config["redis"] == {"addrs": ["redis:6379"]}


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
    assert set(config) == {"version", "log", "storage", "http", "health"}
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


def test_pods_that_share_images_share_no_memory_of_them(chart: Chart) -> None:
    assert chart.render().config["storage"]["cache"] == {"blobdescriptor": "inmemory"}
    shared = chart.render(replicaCount=2, http={"existingSecret": "s"}, persistence={"accessModes": ["ReadWriteMany"]})
    assert "cache" not in shared.config["storage"]


def test_the_debug_port_is_closed_and_no_secret_is_in_the_config_map(chart: Chart) -> None:
    rendered = chart.render(
        http={"existingSecret": "shared"},
        auth={"htpasswd": {"enabled": True, "username": "admin", "password": "S3cret!"}},
    )
    assert "debug" not in rendered.config["http"]
    assert "secret" not in rendered.config["http"]
    assert "S3cret!" not in rendered.config_text
    assert rendered.config["auth"] == {"htpasswd": {"realm": "Registry", "path": "/auth/htpasswd"}}
