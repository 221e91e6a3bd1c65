"""The model and the registry have the same keys, so that a new version of the registry shows its new ones.

Most keys are Go types. With Redis, the registry shows its whole configuration on its debug server, by the types' names,
set or not: that is compared key by key. Drivers, authentication and middleware take maps; their keys are read from the
source, into parameters.txt.
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from registry_gitops.amounts import parse_duration
from registry_gitops.values import configuration as models
from registry_gitops.values.configuration import Configuration, Section
from registry_gitops.values.configuration.middleware import OPTIONS
from registry_gitops.values.configuration.storage import DRIVERS
from tests.support.listening import HOST, SECONDS_TO_START, free_port

from .conftest import Distribution, merged

PARAMETERS = Path(__file__).with_name("parameters.txt")

# Go's name of a key, where it is not the key in capitals.
GO_NAMES = {
    "notifications.events": "eventconfig",
    "health.file": "filecheckers",
    "health.http": "httpcheckers",
    "health.tcp": "tcpcheckers",
    "log.hooks.options": "mailoptions",
}
MAPS = (
    "storage",
    "auth",
    "middleware.storage.options",
    "log.fields",
    "http.headers",
    "health.http.headers",
    "notifications.endpoints.headers",
)

LEFT_OUT = {
    "version": "the chart writes it",
    "loglevel": "the registry calls it deprecated, for log.level",
    "log.hooks.options.smtp.insecure": "no code of the registry uses it",
    "http.net": "a Pod behind a Service listens on tcp",
    "health.file.threshold": "no code of the registry uses it",
    "middleware.storage.disabled": "no code of the registry uses it",
    "validation.enabled": "the registry calls it deprecated, for validation.disabled",
}

# Every key of a Go type that may be set on a registry that speaks plain HTTP, with a value other than Go's zero.
EVERYTHING: dict[str, Any] = {
    "log": {
        "level": "debug",
        "formatter": "json",
        "fields": {"environment": "test"},
        "accesslog": {"disabled": True},
        "reportcaller": True,
        "hooks": [
            {
                "type": "mail",
                "disabled": True,
                "levels": ["error"],
                "options": {
                    "smtp": {"addr": "mail:25", "username": "me", "password": "p"},
                    "from": "a@example.com",
                    "to": ["b@example.com"],
                },
            }
        ],
    },
    "storage": {"inmemory": {}},
    "middleware": {"storage": [{"name": "rewrite", "options": {"host": "cdn.example.com"}}]},
    "http": {
        "addr": ":5000",
        "host": "https://registry.example.com",
        "prefix": "/team",
        "secret": "s",
        "relativeurls": True,
        "draintimeout": "1s",
        "headers": {"X-Test": ["yes"]},
        "debug": {"addr": "127.0.0.1:0", "prometheus": {"enabled": True, "path": "/numbers"}},
        "http2": {"disabled": True},
        "h2c": {"enabled": True},
        "tls": {
            "key": "/key",
            "clientcas": ["/ca"],
            "clientauth": "request-client-cert",
            "minimumtls": "tls1.3",
            "ciphersuites": ["TLS_AES_128_GCM_SHA256"],
            "letsencrypt": {"email": "a@example.com", "hosts": ["a.example.com"], "directoryurl": "https://a/b"},
        },
    },
    "notifications": {
        "events": {"includereferences": True},
        "endpoints": [
            {
                "name": "hook",
                "disabled": True,
                "url": "https://hook.example.com/",
                "headers": {"Authorization": ["Bearer x"]},
                "timeout": "2s",
                "threshold": 3,
                "backoff": "4s",
                "ignoredmediatypes": ["a/b"],
                "ignore": {"mediatypes": ["c/d"], "actions": ["pull"]},
            }
        ],
    },
    "redis": {
        "addrs": ["127.0.0.1:9"],
        **dict.fromkeys(("clientname", "username", "password", "sentinelusername", "sentinelpassword"), "x"),
        **dict.fromkeys(("mastername", "identitysuffix"), "x"),
        **dict.fromkeys(("db", "maxretries", "poolsize", "minidleconns", "maxidleconns"), 3),
        **dict.fromkeys(("maxactiveconns", "maxredirects", "protocol"), 3),
        **dict.fromkeys(("minretrybackoff", "maxretrybackoff", "dialtimeout", "readtimeout", "writetimeout"), "5ms"),
        **dict.fromkeys(("pooltimeout", "connmaxidletime", "connmaxlifetime"), "1h"),
        **dict.fromkeys(("contexttimeoutenabled", "poolfifo", "readonly", "routebylatency", "routerandomly"), True),
        **dict.fromkeys(("disableidentity", "unstableresp3"), True),
        "tls": {"certificate": "/certificate"},
    },
    "health": {
        "storagedriver": {"enabled": True, "interval": "1h", "threshold": 2},
        "file": [{"file": "/down", "interval": "1h"}],
        "http": [
            {
                "uri": "http://127.0.0.1:9/",
                "headers": {"Accept": ["*/*"]},
                "statuscode": 204,
                "timeout": "1s",
                "interval": "1h",
                "threshold": 2,
            }
        ],
        "tcp": [{"addr": "127.0.0.1:9", "timeout": "1s", "interval": "1h", "threshold": 2}],
    },
    "proxy": {
        "username": "me",
        "password": "p",
        "exec": {"command": "helper", "lifetime": "1h"},
        "ttl": "1h",
        "cachewritetimeout": "1m",
    },
    "validation": {
        "disabled": True,
        "manifests": {
            "urls": {"allow": ["a"], "deny": ["b"]},
            "indexes": {"platforms": "list", "platformlist": [{"architecture": "amd64", "os": "linux"}]},
        },
    },
    "policy": {"repository": {"classes": ["image"]}},
    "catalog": {"maxentries": 7},
    "tags": {"maxtags": 8},
}
# These switch on what this test cannot give: TLS, a registry to mirror, files of authorities.
NOT_SET = {
    "http.tls.certificate",
    "http.tls.letsencrypt.cachefile",
    "proxy.remoteurl",
    "redis.tls.key",
    "redis.tls.rootcas",
}


def keys(model: type[Section], prefix: str = "") -> Iterator[str]:
    """Paths of all keys that hold a value; those of a list's entries follow the path of the list."""
    for field in model.model_fields.values():
        path = f"{prefix}{field.alias}"
        below = [kind for kind in parts(field.annotation) if isinstance(kind, type) and issubclass(kind, Section)]
        if below and path not in MAPS:
            yield from keys(below[0], f"{path}.")
        else:
            yield path


def parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from parts(inner)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of all that a configuration holds, with the paths that `keys` has."""
    if isinstance(value, dict) and path not in MAPS:
        for key, below in value.items():
            yield from leaves(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from leaves(value[0], path)
    else:
        yield path, value


def account(distribution: Distribution, configuration: dict[str, Any], **environment: str) -> dict[str, Any]:
    """What the registry itself says of its configuration: all keys that it knows, with the paths that `keys` has."""
    address = f"{HOST}:{free_port()}"
    # Go writes no JSON of nested maps without types, so the one that the chart makes is emptied.
    variables = {"REGISTRY_HTTP_DEBUG_ADDR": address, "REGISTRY_STORAGE_MAINTENANCE": "{}", **environment}
    wanted = merged({"redis": {"addrs": ["127.0.0.1:9"]}}, configuration)
    with distribution.serve(Configuration.model_validate(wanted).to_config_dict(), **variables):
        config = debug_variables(address)["registry"]["redis"]["Config"]
    return dict(leaves(as_in_yaml(config)))


def debug_variables(address: str) -> Any:
    """What the debug server shows. The registry starts it in the background, and may serve before that listens."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}/debug/vars", timeout=60) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def as_in_yaml(config: dict[str, Any]) -> dict[str, Any]:
    """The registry's configuration with the keys of YAML in place of the names of Go."""
    config = lower(config)
    config["redis"] |= config["redis"].pop("options")
    for path, name in GO_NAMES.items():
        *parents, key = path.split(".")
        below = config
        for parent in parents:
            below = below[parent]
            below = below[0] if isinstance(below, list) else below
            if below is None:
                break
        else:
            below[key] = below.pop(name)
    return config


def lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): lower(below) for key, below in value.items()}
    return [lower(below) for below in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def shown(distribution: Distribution) -> dict[str, Any]:
    return account(distribution, EVERYTHING)


def test_every_key_of_the_registry_is_in_the_model_and_the_reverse(shown: dict[str, Any]) -> None:
    ours = set(keys(Configuration)) | set(LEFT_OUT)
    assert set(shown) - ours == set()
    assert ours - set(shown) == set()


def test_every_value_that_is_set_arrives_in_the_registry(shown: dict[str, Any]) -> None:
    expected = {path: in_go(path, value) for path, value in leaves(lower(EVERYTHING)) if path not in MAPS}
    overridden = {"http.addr", "http.debug.addr"}
    assert set(keys(Configuration)) - set(MAPS) - set(expected) == NOT_SET
    assert {path: shown[path] for path in expected if path not in overridden} == {
        path: value for path, value in expected.items() if path not in overridden
    }
    assert all(expected.values())


def in_go(path: str, value: Any) -> Any:
    is_duration = path.endswith(("timeout", "interval", "ttl", "lifetime", "backoff", "idletime"))
    return int(parse_duration(value) * 10**9) if is_duration else value


def test_a_header_that_is_set_joins_those_of_the_chart(shown: dict[str, Any]) -> None:
    assert shown["http.headers"] == {"x-content-type-options": ["nosniff"], "x-test": ["yes"]}


def names(*sections: type[Section]) -> set[str]:
    return {str(field.alias) for section in sections for field in section.model_fields.values()}


MAINTENANCE = (models.Maintenance, models.UploadPurging, models.ReadOnly)
# file of the registry's source -> the keys of ours that it looks up
LOOKED_UP: dict[str, set[str]] = {
    "configuration/configuration.go": {"tag"},
    "registry/handlers/app.go": names(models.Cache, models.Delete, models.Redirect, models.TagLookup, *MAINTENANCE)
    | (names(models.Storage) - {*DRIVERS, "tag"}),
    "registry/auth/htpasswd/access.go": names(models.HtpasswdFile),
    "registry/auth/silly/access.go": set(),
    "registry/auth/token/accesscontroller.go": names(models.TokenAuth),
    "registry/storage/driver/azure/azure.go": set(),
    "registry/storage/driver/azure/parser.go": names(models.Azure, models.AzureCredentials),
    "registry/storage/driver/filesystem/driver.go": names(models.Filesystem),
    "registry/storage/driver/gcs/gcs.go": names(models.Gcs),
    "registry/storage/driver/inmemory/driver.go": names(models.InMemory),
    "registry/storage/driver/s3-aws/s3.go": names(models.S3),
    **{
        f"registry/storage/driver/middleware/{name}/middleware.go": set(required | further)
        for name, (required, further) in OPTIONS.items()
    },
}
LOOKED_UP_AND_LEFT_OUT = {
    "registry/auth/silly/access.go: realm": "the provider lets in everybody who sends an Authorization header",
    "registry/auth/silly/access.go: service": "the provider lets in everybody who sends an Authorization header",
    "registry/auth/htpasswd/access.go: overrideDummyHash": "for distribution's own tests",
    "registry/handlers/app.go: layerinfo": "the old name of blobdescriptor",
    "registry/storage/driver/azure/parser.go: connectionstring": "no code of the registry uses it",
    "registry/storage/driver/middleware/cloudfront/middleware.go: updatefrenquency": "an old slip of updatefrequency",
}


def test_every_key_that_the_source_looks_up_in_a_map_is_in_the_model_and_the_reverse() -> None:
    lines = [line for line in PARAMETERS.read_text().splitlines() if not line.startswith("#")]
    source = {file: set(found.split()) for file, _, found in (line.partition(":") for line in lines)}
    left_out: dict[str, set[str]] = {}
    for entry in LOOKED_UP_AND_LEFT_OUT:
        file, _, key = entry.partition(": ")
        left_out.setdefault(file, set()).add(key)
    assert source == {file: found | left_out.get(file, set()) for file, found in LOOKED_UP.items()}
    assert names(models.StorageMiddlewareOptions) == set().union(*(a | b for a, b in OPTIONS.values()))


def test_the_list_of_looked_up_keys_is_of_the_registry_that_is_tested(distribution: Distribution) -> None:
    version = subprocess.run([distribution.binary, "--version"], capture_output=True, text=True, check=True).stdout
    listed = PARAMETERS.read_text().split()[2].rstrip(",")
    assert listed == version.split()[-1].partition("+")[0], "make parameters.txt anew, with parameters.py"
