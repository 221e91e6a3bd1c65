"""The real registry, started with the values of the Secret as its environment, has the secrets that were typed in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from registry_gitops.secrets import SecretKind, build_secret
from tests.support.redis import Redis
from tests.support.registry import RealRegistry

CONFIG = "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {}}\nhttp: {addr: 127.0.0.1:0}\n"
CACHED = CONFIG.replace("{filesystem: {}}", "{filesystem: {}, cache: {blobdescriptor: redis}}")
SIZE_OF_SHA256 = 32


def upload_state(registry: RealRegistry) -> bytes:
    """The state of a new upload, which the registry signs with its secret: HMAC, then JSON."""
    connection = http.client.HTTPConnection(registry.host, registry.port, timeout=60)
    connection.request("POST", "/v2/a/blobs/uploads/")
    response = connection.getresponse()
    response.read()
    connection.close()
    (state,) = parse_qs(urlsplit(response.headers["Location"]).query)["_state"]
    return base64.urlsafe_b64decode(state)


@pytest.mark.parametrize("secret", ["@x: y", "#x", "null", " a  b\n", 'q"\\', "12345", "ü\u2028😀", "plain+/="])
def test_registry_signs_uploads_with_the_secret(tool: Callable[[str], Path], secret: str) -> None:
    made = build_secret(SecretKind.HTTP, {"http-secret": secret}, namespace="a", name="b")
    environment = {"REGISTRY_HTTP_SECRET": made.string_data["http-secret"], "OTEL_TRACES_EXPORTER": "none"}
    with RealRegistry(tool("registry"), CONFIG, environment=environment) as registry:
        state = upload_state(registry)
    signature, signed = state[:SIZE_OF_SHA256], state[SIZE_OF_SHA256:]
    assert json.loads(signed)["Name"] == "a"
    assert hmac.compare_digest(hmac.new(secret.encode(), signed, hashlib.sha256).digest(), signature)


def test_registry_logs_in_to_redis_with_the_password(tool: Callable[[str], Path]) -> None:
    password = "@x: #y"
    made = build_secret(SecretKind.REDIS, {"redis-password": password}, namespace="a", name="b")
    with Redis(password=password) as redis:
        config = f"{CACHED}redis: {{addrs: ['{redis.address}']}}\n"
        environment = {"REGISTRY_REDIS_PASSWORD": made.string_data["redis-password"], "OTEL_TRACES_EXPORTER": "none"}
        with RealRegistry(tool("registry"), config, environment=environment) as registry:
            upload_blob(registry, b"content")
        assert redis.command("DBSIZE") != "0"


def upload_blob(registry: RealRegistry, content: bytes) -> None:
    connection = http.client.HTTPConnection(registry.host, registry.port, timeout=60)
    connection.request("POST", "/v2/a/blobs/uploads/")
    response = connection.getresponse()
    response.read()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    connection.request("PUT", f"{response.headers['Location']}&digest={digest}", content)
    assert connection.getresponse().status == 201
    connection.close()
