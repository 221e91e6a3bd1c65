"""The credentials that `docker login` saved."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from registry_gitops.errors import InputError
from registry_gitops.smoke.client.docker_config import docker_config_file, find_credentials
from registry_gitops.smoke.client.masked_text import Credentials

HOST = "registry.example.com:5000"


def written(folder: Path, config: object) -> Path:
    file = folder / "config.json"
    file.write_text(config if isinstance(config, str) else json.dumps(config))
    return file


def pair(found: Credentials | None) -> tuple[str, str, bool] | None:
    return (found.user, found.password.reveal(), found.identity_token) if found else None


def helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "docker-credential-test"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": b64encode(b"ada:pass:word").decode()}, ("ada", "pass:word", False)),
        ({"username": "ada", "password": "pw"}, ("ada", "pw", False)),
        ({"auth": b64encode(b"00000000:").decode(), "identitytoken": "token"}, ("", "token", True)),
        ({}, None),
        ("nonsense", None),
    ],
)
def test_entry_of_auths_is_read(entry: object, expected: object, tmp_path: Path) -> None:
    assert pair(find_credentials(HOST, written(tmp_path, {"auths": {HOST: entry}}))) == expected


@pytest.mark.parametrize("key", [HOST, f"https://{HOST}", f"https://{HOST}/v1/", f"{HOST}/"])
def test_entry_is_found_for_each_form_of_its_host(key: str, tmp_path: Path) -> None:
    entry = {"username": "ada", "password": "pw"}
    assert find_credentials(HOST, written(tmp_path, {"auths": {key: entry}})) is not None
    assert find_credentials("registry.example.com", written(tmp_path, {"auths": {key: entry}})) is None


@pytest.mark.parametrize("host", ["docker.io", "registry-1.docker.io", "index.docker.io"])
def test_login_to_docker_hub_is_that_of_each_of_its_hosts(host: str, tmp_path: Path) -> None:
    entry = {"username": "ada", "password": "pw"}
    file = written(tmp_path, {"auths": {"https://index.docker.io/v1/": entry}})
    assert pair(find_credentials(host, file)) == ("ada", "pw", False)


def test_missing_file_has_no_credentials(tmp_path: Path) -> None:
    assert find_credentials(HOST, tmp_path / "config.json") is None


@pytest.mark.parametrize("config", [{"credHelpers": {HOST: "test"}}, {"credsStore": "test"}])
def test_credential_helper_returns_credentials(config: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = json.dumps({"ServerURL": HOST, "Username": "ada", "Secret": "from helper"})
    helper(tmp_path, monkeypatch, f'read host; test "$host" = {HOST} && test "$1" = get && echo \'{said}\'')
    assert pair(find_credentials(HOST, written(tmp_path, config))) == ("ada", "from helper", False)


def test_credential_helper_returns_an_identity_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, monkeypatch, """echo '{"Username": "<token>", "Secret": "id"}'""")
    assert pair(find_credentials(HOST, written(tmp_path, {"credsStore": "test"}))) == ("<token>", "id", True)


def test_failing_helper_falls_back_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, monkeypatch, "echo credentials not found; exit 1")
    entry = {"username": "ada", "password": "pw"}
    assert pair(find_credentials(HOST, written(tmp_path, {"credsStore": "test", "auths": {HOST: entry}}))) == (
        "ada",
        "pw",
        False,
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{not json", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ({"auths": {HOST: {"auth": "c2VjcmV0!"}}}, "not user:password in base64"),
        ({"auths": {HOST: {"auth": b64encode(b"secret").decode()}}}, "not user:password in base64"),
        ({"credsStore": "nowhere"}, "docker-credential-nowhere, which is not installed"),
    ],
)
def test_invalid_file_is_reported_without_its_secret(config: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        find_credentials(HOST, written(tmp_path, config))
    assert "secret" not in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


def test_invalid_helper_output_is_reported_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, monkeypatch, "echo secret-nonsense")
    with pytest.raises(InputError, match="printed no valid credentials") as caught:
        find_credentials(HOST, written(tmp_path, {"credsStore": "test"}))
    assert "secret-nonsense" not in str(caught.value)


def test_docker_config_file_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert docker_config_file() == tmp_path / "config.json"
    monkeypatch.delenv("DOCKER_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert docker_config_file() == tmp_path / ".docker" / "config.json"
