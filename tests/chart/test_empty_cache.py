"""The script that empties the cache before garbage is collected: busybox on a real redis."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from registry_gitops.secrets.yaml_value import encode_yaml_value
from tests.support.helm import CHART
from tests.support.listening import free_port
from tests.support.redis import Redis

SCRIPT = CHART / "files" / "collection" / "empty-cache.sh"


def empty(applets: Path, address: str, **environment: str) -> tuple[int, str]:
    """Exit code and output of the script."""
    variables = {"GC_REDIS": address, "GC_REDIS_DB": "0", "GC_REDIS_USERNAME": "", "PATH": str(applets), **environment}
    done = subprocess.run([applets / "sh", SCRIPT], env=variables, capture_output=True, text=True, timeout=180)
    return done.returncode, done.stdout + done.stderr


def test_only_the_database_of_the_registry_is_emptied(applets: Path, redis: Redis) -> None:
    redis.command("FLUSHALL")
    redis.command("SET", "of the registry", "1")
    redis.command("SWAPDB", "0", "3")
    redis.command("SET", "of another", "1")
    assert empty(applets, redis.address, GC_REDIS_DB="3") == (0, "")
    assert redis.command("DBSIZE") == "1"
    redis.command("SWAPDB", "0", "3")
    assert redis.command("DBSIZE") == "0"


@pytest.mark.parametrize(
    "password",
    ["plain", "a #password: 'of redis'", 'b\\s "q" {x} <&> %s $HOME', "schl\u00fcssel \u20ac", "null", "007"],
)
def test_a_password_is_read_as_the_registry_reads_it(applets: Path, redis: Redis, password: str) -> None:
    single = "'" + password.replace("'", "''") + "'"
    redis.command("ACL", "SETUSER", "collector", "reset", "on", f">{password}", "~*", "+@all")
    for text in {encode_yaml_value(password), json.dumps(password), single}:
        redis.command("SET", "of the registry", "1")
        done = empty(applets, redis.address, GC_REDIS_USERNAME="collector", REGISTRY_REDIS_PASSWORD=text)
        assert done == (0, ""), text
        assert redis.command("DBSIZE") == "0"


def test_the_default_user_needs_its_password(applets: Path, redis_with_password: Redis) -> None:
    redis_with_password.command("SET", "of the registry", "1")
    address = redis_with_password.address
    code, output = empty(applets, address)
    assert (code, output) == (1, f"the cache at {address} cannot be emptied: -NOAUTH Authentication required.\n")
    code, output = empty(applets, address, REGISTRY_REDIS_PASSWORD="wrong")
    assert (code, "WRONGPASS" in output) == (1, True)
    right = encode_yaml_value(redis_with_password.password)
    assert empty(applets, address, REGISTRY_REDIS_PASSWORD=right) == (0, "")
    assert redis_with_password.command("DBSIZE") == "0"


def test_a_user_who_must_not_empty_it_is_a_failure_without_the_password(applets: Path, redis: Redis) -> None:
    redis.command("ACL", "SETUSER", "reader", "reset", "on", ">of the reader", "~*", "+@all", "-flushdb")
    code, output = empty(applets, redis.address, GC_REDIS_USERNAME="reader", REGISTRY_REDIS_PASSWORD="of the reader")
    assert (code, "flushdb" in output, "of the reader" in output) == (1, True, False)


def test_no_server_is_a_failure(applets: Path) -> None:
    code, output = empty(applets, f"127.0.0.1:{free_port()}")
    assert (code, "cannot be emptied" in output) == (1, True)
