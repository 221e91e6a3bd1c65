"""The registry that the chart deploys keeps images in every storage, with every cache, and frees space."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from registry_gitops.secrets import SecretKind, build_htpasswd_secret, build_secret
from tests.chart.deployed.rendered_pod import start_pod
from tests.support.authority import Authority, make_authority
from tests.support.helm import Chart
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.redis import Redis
from tests.support.registry import RealRegistry
from tests.support.s3 import S3

Run = Callable[..., RealRegistry]
DELETION = {"deletion": {"enabled": True}}
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def in_bucket(s3: S3, name: str, **more: Any) -> dict[str, Any]:
    """The values for a new bucket."""
    s3.make_bucket(name)
    bucket = {"bucket": name, "regionEndpoint": s3.url, "existingSecret": "registry-s3", **more}
    return {"storage": {"type": "s3", "s3": bucket}}


def secret(kind: SecretKind, name: str, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The Secret that `registry-gitops secret` prints."""
    return {name: dict(build_secret(kind, values, namespace="docker-registry", name=name).string_data)}


def keys_of(s3: S3) -> dict[str, dict[str, str]]:
    return secret(SecretKind.S3, "registry-s3", {"access-key": s3.access_key, "secret-key": s3.secret_key})


def by_redis(server: Redis, **more: Any) -> dict[str, Any]:
    """The values for a cache in redis."""
    return {
        "cache": {"type": "redis", "redis": {"addrs": [server.address], "existingSecret": "registry-redis", **more}}
    }


def password_of(server: Redis) -> dict[str, dict[str, str]]:
    return secret(SecretKind.REDIS, "registry-redis", {"redis-password": server.password})


def prove(registry: RealRegistry, size_on_disk: Callable[[], int], login: tuple[str, str] | None = None) -> None:
    """Push, pull, and delete an image, and collect the garbage."""
    repository, pushed = Repository(registry.url, "team/app", login), image(Random(1), 200_000)
    repository.push(pushed, "latest")
    assert repository.lacks(pushed) == []
    assert size_on_disk() > 200_000
    assert "level=error" not in registry.log()
    repository.ask("DELETE", f"manifests/{pushed.digest}")
    assert repository.manifest("latest") is None
    registry.collect_garbage()
    assert size_on_disk() < 200_000


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_registry_keeps_images_on_its_volume(chart: Chart, real_registry: Run, tmp_path: Path) -> None:
    with start_pod(chart, real_registry, tmp_path, DELETION, {}) as registry:
        prove(registry, lambda: size_of(registry.data))


def test_registry_keeps_images_in_a_bucket_behind_a_login(
    chart: Chart, real_registry: Run, s3: S3, tmp_path: Path
) -> None:
    login = {"auth": {"htpasswd": {"enabled": True, "existingSecret": "registry-users"}}}
    values = {**DELETION, **login, **in_bucket(s3, "login", rootDirectory="/team/images")}
    users = build_htpasswd_secret("ci", "secret", namespace="docker-registry", name="registry-users")
    secrets = keys_of(s3) | {"registry-users": dict(users.string_data)}
    with start_pod(chart, real_registry, tmp_path, values, secrets) as registry:
        assert requests.get(f"{registry.url}/v2/", timeout=60).status_code == 401
        prove(registry, lambda: sum(s3.sizes("login").values()), ("ci", "secret"))
    assert all(key.startswith("team/images/docker/registry/v2/") for key in s3.sizes("login"))


@pytest.mark.parametrize("redirect", [True, False])
def test_clients_download_layers_from_the_bucket_or_from_the_registry(
    chart: Chart, real_registry: Run, s3: S3, tmp_path: Path, redirect: bool
) -> None:
    values = in_bucket(s3, f"redirect-{redirect}".lower(), redirect=redirect)
    with start_pod(chart, real_registry, tmp_path, values, keys_of(s3)) as registry:
        repository, pushed = Repository(registry.url, "team/app"), image(Random(2), 1_000)
        repository.push(pushed, "latest")
        answer = repository.ask("GET", f"blobs/{pushed.parts[1].digest}", allow_redirects=False)
        assert answer.status_code == (307 if redirect else 200)
        assert answer.headers.get("Location", s3.url).startswith(s3.url)


def test_registry_caches_in_redis_with_a_password_that_is_no_yaml(
    chart: Chart, real_registry: Run, s3: S3, redis_with_password: Redis, tmp_path: Path
) -> None:
    values = {**DELETION, **in_bucket(s3, "password"), **by_redis(redis_with_password)}
    secrets = keys_of(s3) | password_of(redis_with_password)
    redis_with_password.command("FLUSHDB")
    with start_pod(chart, real_registry, tmp_path, values, secrets) as registry:
        prove(registry, lambda: sum(s3.sizes("password").values()))
    assert int(redis_with_password.command("DBSIZE")) > 0


def test_registry_caches_in_redis_over_tls_by_the_authority_of_extra_cas(
    chart: Chart, real_registry: Run, redis_with_tls: Redis, authority: Authority, tmp_path: Path
) -> None:
    trusted = {"extraCAs": [{"secretName": "authority", "key": "ca.crt"}]}
    values = {**DELETION, **trusted, **by_redis(redis_with_tls, tls={"enabled": True})}
    secrets = password_of(redis_with_tls) | {"authority": {"ca.crt": authority.certificate.read_text()}}
    (tmp_path / "public").mkdir()
    public = make_authority(tmp_path / "public").certificate
    redis_with_tls.command("FLUSHDB")
    with start_pod(chart, real_registry, tmp_path, values, secrets, {BUNDLE: public}) as registry:
        prove(registry, lambda: size_of(registry.data))
    assert int(redis_with_tls.command("DBSIZE")) > 0


def test_registry_caches_in_redis_over_tls_by_a_public_authority(
    chart: Chart, real_registry: Run, redis_with_tls: Redis, authority: Authority, tmp_path: Path
) -> None:
    values = {**DELETION, **by_redis(redis_with_tls, tls={"enabled": True})}
    redis_with_tls.command("FLUSHDB")
    with start_pod(
        chart, real_registry, tmp_path, values, password_of(redis_with_tls), {BUNDLE: authority.certificate}
    ) as registry:
        prove(registry, lambda: size_of(registry.data))
    assert int(redis_with_tls.command("DBSIZE")) > 0


def test_registry_without_the_right_password_serves_without_a_cache(
    chart: Chart, real_registry: Run, redis_with_password: Redis, tmp_path: Path
) -> None:
    secrets = {"registry-redis": {"redis-password": "wrong"}}
    redis_with_password.command("FLUSHDB")
    with start_pod(chart, real_registry, tmp_path, by_redis(redis_with_password), secrets) as registry:
        repository, pushed = Repository(registry.url, "team/app"), image(Random(3), 1_000)
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []
        assert "WRONGPASS" in registry.log()
    assert int(redis_with_password.command("DBSIZE")) == 0


def test_wrong_key_of_a_bucket_shows_while_a_rollout_still_waits(
    chart: Chart, real_registry: Run, s3: S3, tmp_path: Path
) -> None:
    health = {"health": {"storagedriver": {"interval": "200ms", "threshold": 3}}}
    values = {**in_bucket(s3, "wrong-key"), "configuration": health}
    secrets = {"registry-s3": {"access-key": s3.access_key, "secret-key": "wrong"}}
    wait = chart.render(**values)["Deployment"]["spec"]["minReadySeconds"]
    with start_pod(chart, real_registry, tmp_path, values, secrets) as registry:
        deadline = time.monotonic() + wait
        assert requests.get(f"{registry.url}/", timeout=60).status_code == 200
        while time.monotonic() < deadline and requests.get(f"{registry.url}/", timeout=60).status_code != 503:
            time.sleep(0.1)
        assert requests.get(f"{registry.url}/", timeout=60).status_code == 503
        assert "SignatureDoesNotMatch" in registry.log()


ACCOUNT = {"type": "service_account", "client_email": "ci@example.com", "private_key": "none"}
AZURE = {"accountName": "images", "container": "registry", "existingSecret": "store"}
APPLICATION = {"tenantId": "11111111-2222-3333-4444-555555555555", "clientId": "id"}
CLOUDS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "gcs": (
        {"type": "gcs", "gcs": {"bucket": "images", "chunkSize": 262144, "existingSecret": "store"}},
        {"key.json": json.dumps(ACCOUNT)},
    ),
    "azure with a key": (
        {"type": "azure", "azure": AZURE | {"credentialsType": "shared_key", "realm": "core.usgovcloudapi.net"}},
        {"account-key": "YWJj"},
    ),
    "azure with an application": (
        {"type": "azure", "azure": AZURE | APPLICATION | {"credentialsType": "client_secret"}},
        {"client-secret": "~ecret #: 1"},
    ),
    "azure with the identity of the Pod": (
        {"type": "azure", "azure": {"accountName": "images", "container": "registry"}},
        {},
    ),
    "memory": ({"type": "inmemory"}, {}),
}


@pytest.mark.parametrize("name", CLOUDS)
def test_registry_starts_with_the_storage_of_each_cloud(
    chart: Chart, real_registry: Run, tmp_path: Path, name: str
) -> None:
    storage, secret = CLOUDS[name]
    with start_pod(chart, real_registry, tmp_path, {"storage": storage}, {"store": secret}) as registry:
        assert requests.get(f"{registry.url}/v2/", timeout=60).status_code == 200
