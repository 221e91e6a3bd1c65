"""The services of the tests work with the real registry: S3, redis, tokens, TLS, notifications, the debug server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from tests.support import tools
from tests.support.authority import Authority
from tests.support.notification_sink import NotificationSink
from tests.support.oci_content import image, write_layout
from tests.support.oci_http import Repository
from tests.support.redis import Redis, RedisError
from tests.support.registry import RealRegistry
from tests.support.s3 import S3
from tests.support.token_server import TokenServer

FILESYSTEM = {"filesystem": {"rootdirectory": "/var/lib/registry"}}
Run = Callable[..., RealRegistry]


def config(storage: dict[str, Any] = FILESYSTEM, **sections: Any) -> str:
    """A config.yml; JSON is YAML."""
    sections.setdefault("http", {"addr": ":5000"})
    return json.dumps({"version": 0.1, "log": {"level": "warn"}, "storage": storage, **sections})


def test_registry_keeps_its_images_in_the_bucket(real_registry: Run, s3: S3) -> None:
    s3.make_bucket("services")
    storage = {"s3": s3.storage("services"), "redirect": {"disable": True}}
    pushed = image(Random(1), 20_000)
    with real_registry(config(storage), environment=s3.environment) as registry:
        repository = Repository(registry.url, "team/app")
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []
    layer = pushed.parts[1]
    data = f"{layer.digest.removeprefix('sha256:')}/data"
    assert [size for key, size in s3.sizes("services").items() if key.endswith(data)] == [len(layer.content)]


@pytest.mark.parametrize("name", ["redis", "redis_with_password", "redis_with_tls"])
def test_registry_caches_in_redis(real_registry: Run, name: str, request: pytest.FixtureRequest) -> None:
    server: Redis = request.getfixturevalue(name)
    section: dict[str, Any] = {"addrs": [server.address]}
    files = {}
    if name == "redis_with_tls":
        section["tls"] = {"rootcas": ["/certificates/ca.crt"]}
        files = {"/certificates/ca.crt": request.getfixturevalue("authority").certificate}
    text = config({**FILESYSTEM, "cache": {"blobdescriptor": "redis"}}, redis=section)
    before = int(server.command("DBSIZE"))
    environment = {"REGISTRY_REDIS_PASSWORD": json.dumps(server.password)} if server.password else {}
    with real_registry(text, environment=environment, files=files) as registry:
        repository = Repository(registry.url, "team/app")
        pushed = image(Random(2), 1_000)
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []
        assert "level=error" not in registry.log()
    assert int(server.command("DBSIZE")) > before


def test_redis_refuses_a_client_without_the_password(redis_with_password: Redis) -> None:
    stranger = Redis()
    stranger.port = redis_with_password.port
    with pytest.raises(RedisError, match="NOAUTH"):
        stranger.command("DBSIZE")


@pytest.mark.parametrize("key", ["jwks", "rootcertbundle"])
def test_token_lets_a_user_push_and_everybody_pull(
    real_registry: Run, token_server: TokenServer, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    write_layout(tmp_path / "layout", "latest", image(Random(3), 1_000))
    trusted = {"jwks": token_server.key_set, "rootcertbundle": token_server.certificate}[key]
    token = {"realm": token_server.realm, "service": token_server.service, "issuer": token_server.issuer}
    text = config(auth={"token": {**token, key: "/keys/key"}})
    with real_registry(text, files={"/keys/key": trusted}) as registry:
        host = f"{registry.host}:{registry.port}"
        name = f"{host}/team/app:latest"
        push = ("push", tmp_path / "layout", name)
        assert "UNAUTHORIZED" in crane(*push).stderr
        crane("auth", "login", "-u", "pusher", "-p", "wrong", host).check_returncode()
        assert f"GET {token_server.realm}" in crane(*push).stderr
        crane("auth", "login", "-u", "pusher", "-p", "push", host).check_returncode()
        crane(*push).check_returncode()
        crane("auth", "logout", host).check_returncode()
        crane("manifest", name).check_returncode()


def test_registry_serves_a_certificate_of_the_authority(real_registry: Run, authority: Authority) -> None:
    served = authority.sign("registry")
    tls = {"certificate": "/tls/tls.crt", "key": "/tls/tls.key"}
    text = config(http={"addr": ":5000", "tls": tls})
    with real_registry(text, files={"/tls/tls.crt": served.certificate, "/tls/tls.key": served.key}) as registry:
        assert registry.url.startswith("https://")
        pushed = image(Random(4), 1_000)
        repository = Repository(registry.url, "team/app", authority=authority.certificate)
        repository.push(pushed, "latest")
        assert repository.lacks(pushed) == []


def test_registry_that_demands_a_client_certificate_has_started(real_registry: Run, authority: Authority) -> None:
    served, client = authority.sign("registry"), authority.sign("client")
    tls = {"certificate": "/tls/tls.crt", "key": "/tls/tls.key", "clientcas": ["/clients/ca.crt"]}
    files = {"/tls/tls.crt": served.certificate, "/tls/tls.key": served.key, "/clients/ca.crt": authority.certificate}
    with real_registry(config(http={"addr": ":5000", "tls": tls}), files=files) as registry:
        with pytest.raises(requests.ConnectionError):
            requests.get(registry.url, verify=str(authority.certificate), timeout=60)
        pair = (str(client.certificate), str(client.key))
        assert requests.get(registry.url, verify=str(authority.certificate), cert=pair, timeout=60).ok


def test_registry_notifies_of_a_push(real_registry: Run, notification_sink: NotificationSink) -> None:
    endpoint = {"name": "sink", "url": notification_sink.url, "headers": {"X-Sink": ["yes"]}}
    with real_registry(config(notifications={"endpoints": [endpoint]})) as registry:
        Repository(registry.url, "team/app").push(image(Random(5), 1_000), "latest")
        event = notification_sink.wait_for(lambda event: event["target"].get("tag") == "latest")
    assert (event["action"], event["target"]["repository"]) == ("push", "team/app")
    assert notification_sink.headers["X-Sink"] == "yes"


def test_registry_has_its_metrics_on_a_port_of_their_own(real_registry: Run) -> None:
    debug = {"addr": ":5001", "prometheus": {"enabled": True, "path": "/metrics"}}
    with real_registry(config(http={"addr": ":5000", "debug": debug})) as registry:
        Repository(registry.url, "team/app").push(image(Random(6), 1_000), "latest")
        metrics = requests.get(f"{registry.debug_url}/metrics", timeout=60).text
    assert 'registry_http_requests_total{code="201",handler="manifest",method="put"}' in metrics


def crane(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tools.tool("crane"), *arguments], capture_output=True, text=True, check=False)
