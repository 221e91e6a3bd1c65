"""The chart's pull-through cache: against a real registry behind a login and TLS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from registry_gitops.secrets import SecretKind, build_htpasswd_secret, build_secret
from tests.chart.deployed.rendered_pod import start_pod
from tests.support.authority import Authority, make_authority
from tests.support.helm import Chart
from tests.support.oci_content import Blob, image
from tests.support.oci_http import Repository
from tests.support.registry import RealRegistry

Run = Callable[..., RealRegistry]
PASSWORD = "a #password: 'of the other registry'"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
IMAGE = image(Random(5), 300_000)


@pytest.fixture(scope="module")
def upstream(
    chart: Chart, real_registry: Run, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealRegistry]:
    """A registry with TLS, a login, and an image."""
    server = authority.sign("upstream")
    users = build_htpasswd_secret("ci", PASSWORD, namespace="docker-registry", name="users")
    secrets = {
        "tls": {"tls.crt": server.certificate.read_text(), "tls.key": server.key.read_text()},
        "users": dict(users.string_data or {}),
    }
    values = {
        "tls": {"enabled": True, "existingSecret": "tls"},
        "auth": {"htpasswd": {"enabled": True, "existingSecret": "users"}},
    }
    with start_pod(chart, real_registry, tmp_path_factory.mktemp("upstream"), values, secrets) as registry:
        Repository(registry.url, "team/app", ("ci", PASSWORD), authority.certificate).push(IMAGE, "latest")
        yield registry


def cache_of(upstream: RealRegistry, **more: Any) -> dict[str, Any]:
    cache = {"enabled": True, "remoteUrl": upstream.url, "existingSecret": "upstream", **more}
    return {"proxy": cache, "extraCAs": [{"secretName": "authority"}]}


def secrets_of(authority: Authority, password: str = PASSWORD) -> dict[str, dict[str, str]]:
    login = {"password": password}
    secret = build_secret(SecretKind.PROXY, login, namespace="docker-registry", name="upstream", user="ci")
    return {"upstream": dict(secret.string_data), "authority": {"ca.crt": authority.certificate.read_text()}}


def pull(repository: Repository, content: Blob) -> list[str]:
    repository.ask("GET", "manifests/latest", headers={"Accept": content.media_type})
    return repository.lacks(content)


def size_of_blobs(registry: RealRegistry) -> int:
    return sum(file.stat().st_size for file in registry.data.glob("docker/registry/v2/blobs/**/data"))


def wait_until(is_so: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + 180
    while not is_so():
        assert time.monotonic() < deadline, problem
        time.sleep(0.05)


def test_a_cache_pulls_with_its_credentials_and_frees_the_space_after_the_ttl(
    chart: Chart, real_registry: Run, upstream: RealRegistry, authority: Authority, tmp_path: Path
) -> None:
    with start_pod(chart, real_registry, tmp_path, cache_of(upstream, ttl="3s"), secrets_of(authority)) as registry:
        repository = Repository(registry.url, "team/app")
        assert pull(repository, IMAGE) == []
        wait_until(lambda: size_of_blobs(registry) > 300_000, "the cache keeps nothing")
        # What stays is the manifest.
        wait_until(lambda: size_of_blobs(registry) < 1_000, "the cache keeps what has expired")
        assert pull(repository, IMAGE) == []
        assert "unsupported" not in registry.log()


def test_a_user_of_the_values_needs_only_the_password_of_the_secret(
    chart: Chart, real_registry: Run, upstream: RealRegistry, authority: Authority, tmp_path: Path
) -> None:
    secrets = secrets_of(authority)
    del secrets["upstream"]["username"]
    with start_pod(chart, real_registry, tmp_path, cache_of(upstream, username="ci"), secrets) as registry:
        assert pull(Repository(registry.url, "team/app"), IMAGE) == []


def test_a_wrong_password_of_the_other_registry_looks_like_a_missing_image(
    chart: Chart, real_registry: Run, upstream: RealRegistry, authority: Authority, tmp_path: Path
) -> None:
    with start_pod(chart, real_registry, tmp_path, cache_of(upstream), secrets_of(authority, "other")) as registry:
        assert Repository(registry.url, "team/app").manifest("latest") is None


def test_extra_authorities_are_trusted_besides_those_of_the_image(
    chart: Chart, real_registry: Run, upstream: RealRegistry, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = make_authority(tmp_path / "other").certificate
    secrets = secrets_of(authority) | {"authority": {"ca.crt": other.read_text()}}
    with pytest.raises(RuntimeError, match="certificate signed by unknown authority"):
        start_pod(chart, real_registry, tmp_path, cache_of(upstream), secrets, {BUNDLE: other}).__enter__()
    with start_pod(
        chart, real_registry, tmp_path, cache_of(upstream), secrets, {BUNDLE: authority.certificate}
    ) as registry:
        assert pull(Repository(registry.url, "team/app"), IMAGE) == []
