"""Which Secret or ConfigMap a file of a container is, and which key of config.yml a variable sets."""

from __future__ import annotations

import pytest

from registry_gitops.importer.config_variables import config_path_of, read_variable
from registry_gitops.importer.container_files import FileSource, MountedFiles

VOLUMES = [
    {"name": "auth", "secret": {"secretName": "users", "items": [{"key": "passwords", "path": "htpasswd"}]}},
    {"name": "certs", "secret": {"secretName": "cert"}},
    {"name": "config", "configMap": {"name": "settings"}},
    {"name": "all", "projected": {"sources": [{"configMap": {"name": "ca", "items": [{"key": "k", "path": "ca.pem"}]}},
                                              {"secret": {"name": "rest"}}]}},
    {"name": "data", "persistentVolumeClaim": {"claimName": "images"}},
]  # fmt: skip
MOUNTS = [
    {"name": "data", "mountPath": "/var/lib/registry/"},
    {"name": "auth", "mountPath": "/auth"},
    {"name": "certs", "mountPath": "/certs/site", "readOnly": True},
    {"name": "config", "mountPath": "/etc/docker/registry/config.yml", "subPath": "registry.yml"},
    {"name": "all", "mountPath": "/all"},
]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("/auth/htpasswd", FileSource("Secret", "users", "passwords")),
        ("/certs/site/tls.crt", FileSource("Secret", "cert", "tls.crt")),
        ("/etc/docker/registry/config.yml", FileSource("ConfigMap", "settings", "registry.yml")),
        ("/all/ca.pem", FileSource("ConfigMap", "ca", "k")),
        ("/all/other.pem", FileSource("Secret", "rest", "other.pem")),
        ("/var/lib/registry/htpasswd", None),
        ("/authority", None),
        ("/elsewhere", None),
    ],
)
def test_a_file_comes_from_the_key_that_is_mounted_there(file: str, source: FileSource | None) -> None:
    assert MountedFiles(VOLUMES, MOUNTS)(file) == source


def test_the_volume_of_a_directory_is_the_innermost_one() -> None:
    files = MountedFiles(VOLUMES, [*MOUNTS, {"name": "certs", "mountPath": "/var/lib/registry/certs"}])
    assert files.volume_at("/var/lib/registry/docker") == ("data", "/var/lib/registry")
    assert files.volume_at("/var/lib/registry/certs") == ("certs", "/var/lib/registry/certs")
    assert files.volume_at("/srv") is None


def test_only_volumes_that_a_file_was_found_in_are_used() -> None:
    files = MountedFiles(VOLUMES, MOUNTS)
    files("/auth/htpasswd")
    files("/var/lib/registry/x")
    assert files.used == {"auth"}


@pytest.mark.parametrize(("volumes", "mounts"), [(None, None), ("text", 3), ([1, None], [{}]), ([{}], [{"name": "x"}])])
def test_what_is_no_list_of_volumes_has_no_files(volumes: object, mounts: object) -> None:
    assert MountedFiles(volumes, mounts)("/auth/htpasswd") is None


@pytest.mark.parametrize(
    ("variable", "path"),
    [
        ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", ("storage", "filesystem", "rootdirectory")),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", ("notifications", "endpoints", 0, "url")),
        ("REGISTRY_REDIS_ADDR", ("redis", "addr")),
        ("REGISTRY_STORAGE", ("storage",)),
        ("REGISTRY_CONFIGURATION_PATH", None),
        ("OTEL_TRACES_EXPORTER", None),
    ],
)
def test_a_variable_sets_the_key_that_its_name_spells(variable: str, path: tuple[str | int, ...] | None) -> None:
    assert config_path_of(variable) == path


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        (("storage", "delete", "enabled"), "true", True),
        (("http", "headers"), "{A: [b]}", {"A": ["b"]}),
        (("auth",), "htpasswd", {"htpasswd": {}}),
        (("http", "secret"), "@not: yaml", "@not: yaml"),
        (("http", "secret"), "", None),
    ],
)
def test_the_value_of_a_variable_is_yaml(path: tuple[str, ...], text: str, value: object) -> None:
    assert read_variable(path, text) == value
