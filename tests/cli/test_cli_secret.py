"""`secret` prints the Secret that the chart reads, or an ExternalSecret for it, and a secret nowhere else."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from registry_gitops.secrets import SPECS, SecretKind
from tests.cli.running import Outcome, Run
from tests.cli.standard_input import Pipe

HUB = "https://index.docker.io/v1/"
EXTERNAL = ("-o", "external-secret", "--store", "vault")


@pytest.fixture
def piped(piped_to: Pipe) -> Pipe:
    """Run `secret` with these bytes on stdin."""
    return lambda stdin, *arguments: piped_to(stdin, "secret", *arguments, "--stdin")


@pytest.fixture
def typed(typed_to: Pipe) -> Pipe:
    """Run `secret` on a terminal, on which these answers are typed."""
    return lambda answers, *arguments: typed_to(answers.__getitem__, "secret", *arguments)


def loaded(done: Outcome) -> dict[str, Any]:
    assert done.code == 0, done.err
    return dict(yaml.safe_load(done.out))


def data(done: Outcome) -> dict[str, str]:
    return dict(loaded(done)["stringData"])


def refused(done: Outcome, message: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "hunter" not in done.err


def test_http_makes_a_random_secret(cli: Run) -> None:
    first, second = cli("secret", "http"), cli("secret", "http")
    assert loaded(first)["metadata"] == {"name": "docker-registry-http", "namespace": "docker-registry"}
    assert len(data(first)["http-secret"]) >= 64
    assert data(first) != data(second)


@pytest.mark.parametrize(
    ("arguments", "stdin", "expected"),
    [
        (["http"], b"hunter2\n", {"http-secret": "hunter2"}),
        (["s3"], b"AKIA\nhun/ter+2=\n", {"access-key": "AKIA", "secret-key": "hun/ter+2="}),
        (["s3"], b"AKIA\r\n#hunter2\r\n", {"access-key": "AKIA", "secret-key": "#hunter2"}),
        (["gcs"], b'{"type": "service_account"}\n', {"key.json": '{"type": "service_account"}\n'}),
        (["azure"], b"aGVsbG8=\n", {"account-key": "aGVsbG8="}),
        (["azure"], b"1234\n", {"account-key": '"1234"'}),
        (["azure", "--key", "client-secret"], b"~hunter2\n", {"client-secret": "~hunter2"}),
        (["redis"], b"#hunter2\n", {"redis-password": '"#hunter2"'}),
        (
            ["redis", "--key", "redis-password", "--key", "sentinel-password"],
            b"hunter2\nhunter3\n",
            {"redis-password": "hunter2", "sentinel-password": "hunter3"},
        ),
        (["proxy", "--username", "me"], b"hunter 2\n", {"username": "me", "password": '"hunter 2"'}),
        (["proxy", "--username", "123"], b"hunter2\n", {"username": '"123"', "password": "hunter2"}),
    ],
)
def test_each_kind_has_the_keys_that_the_chart_reads(
    piped: Pipe, arguments: list[str], stdin: bytes, expected: dict[str, str]
) -> None:
    done = piped(stdin, *arguments)
    assert data(done) == expected
    assert loaded(done)["type"] == "Opaque"
    assert loaded(done)["metadata"]["name"] == f"docker-registry-{arguments[0]}"


@pytest.mark.parametrize(
    ("server", "host"),
    [(None, HUB), ("docker.io", HUB), ("ghcr.io:443", "ghcr.io:443")],
)
def test_pull_has_a_docker_config_file(piped: Pipe, server: str | None, host: str) -> None:
    options = ["--server", server] if server else []
    done = piped(b'hun:ter"2\n', "pull", "--username", "me", *options)
    assert loaded(done)["type"] == "kubernetes.io/dockerconfigjson"
    (found,) = json.loads(data(done)[".dockerconfigjson"])["auths"].items()
    assert found[0] == host
    assert (found[1]["username"], found[1]["password"]) == ("me", 'hun:ter"2')
    assert base64.b64decode(found[1]["auth"]) == b'me:hun:ter"2'


def test_quotes_that_the_registry_needs_are_noted(piped: Pipe) -> None:
    assert piped(b"#hunter2\n", "redis").err.startswith("note: redis-password has double quotes around it")
    assert piped(b"hunter2\n", "redis").err == ""
    assert piped(b"#\n#\n", "s3").err == ""


def test_each_secret_is_asked_for_on_a_terminal(typed: Pipe) -> None:
    done = typed({"access-key: ": "AKIA", "secret-key: ": "hunter2"}, "s3", "--namespace", "media", "--name", "bucket")
    assert data(done) == {"access-key": "AKIA", "secret-key": "hunter2"}
    assert loaded(done)["metadata"] == {"name": "bucket", "namespace": "media"}
    refused(typed({"access-key: ": "AKIA"}, "s3"), "no secret-key was given")


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["s3"], b"AKIA\n", "the secret-key is empty"),
        (["s3"], b"AKIA\nhunter\t2\n", "the secret-key holds a control character"),
        (["redis"], b"", "the redis-password is empty"),
        (["redis"], b"hunter\x002\n", "the redis-password holds a NUL character"),
        (["redis"], b"hunter\xff\n", "the redis-password is not text in UTF-8"),
        (["gcs"], b"hunter2\n", "the key.json is not a JSON object"),
        (["gcs"], b'["hunter2"]', "the key.json is not a JSON object"),
        (["proxy"], b"hunter2\n", "--username: a Secret for proxy needs the name of a user"),
        (["proxy", "--username", "a:b"], b"hunter2\n", "--username: the name of a user has no colon"),
        (["s3", "--username", "a"], b"hunter2\n", "--username: a Secret for s3 has no user"),
        (
            ["proxy", "--username", "a", "--server", "ghcr.io"],
            b"hunter2\n",
            "--server: a Secret for proxy has no",
        ),
        (
            ["pull", "--username", "a", "--server", "https://ghcr.io"],
            b"hunter2\n",
            "--server: not the host of an",
        ),
        (["redis", "--key", "password"], b"hunter2\n", "the keys are redis-password, sentinel-password"),
        (["redis", "--name", "Team_1"], b"hunter2\n", "--name: "),
        (["redis", "--namespace", "Team_1"], b"hunter2\n", "--namespace: "),
        (["redis", "--store", "vault"], b"hunter2\n", "--store: needs -o external-secret"),
        (["redis", *EXTERNAL], b"hunter2\n", "--stdin: cannot be combined with -o external-secret"),
    ],
)
def test_what_no_registry_could_read_is_refused_and_not_repeated(
    piped: Pipe, arguments: list[str], stdin: bytes, message: str
) -> None:
    refused(piped(stdin, *arguments), message)


def test_without_a_terminal_the_option_is_named(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"hunter2\n")))
    refused(cli("secret", "redis"), "cannot prompt for the redis-password without a terminal: pipe it in, with --stdin")
    refused(cli("secret", "gcs"), "the key.json is a file: pipe it in, with --stdin <FILE")


@pytest.mark.parametrize("kind", SPECS)
def test_external_secret_refers_to_the_store_and_makes_the_same_keys(cli: Run, kind: SecretKind) -> None:
    found = loaded(cli("secret", kind, *EXTERNAL, "--namespace", "media"))
    assert (found["apiVersion"], found["kind"]) == ("external-secrets.io/v1", "ExternalSecret")
    assert found["metadata"] == {"name": f"docker-registry-{kind}", "namespace": "media"}
    spec = found["spec"]
    assert spec["secretStoreRef"] == {"name": "vault", "kind": "ClusterSecretStore"}
    assert spec["target"]["name"] == f"docker-registry-{kind}"
    assert {entry["remoteRef"]["key"] for entry in spec["data"]} == {f"docker-registry-{kind}"}
    made = spec["target"].get("template", {}).get("data") or [entry["secretKey"] for entry in spec["data"]]
    expected = {
        "pull": [".dockerconfigjson"],
        "proxy": ["username", "password"],
        "gcs": ["key.json"],
        "azure": ["account-key"],
    }
    assert list(made) == expected.get(kind, list(SPECS[kind].keys))


def test_external_secret_quotes_what_the_registry_reads_as_yaml(cli: Run) -> None:
    arguments = ("--name", "r", "--store-kind", "SecretStore", "--remote-key", "team/redis", "--key", "redis-password")
    spec = loaded(cli("secret", "redis", *EXTERNAL, *arguments))["spec"]
    assert spec["secretStoreRef"]["kind"] == "SecretStore"
    assert spec["target"]["template"]["data"] == {"redis-password": "{{ .redis_password | toJson }}"}
    assert spec["data"] == [
        {"secretKey": "redis_password", "remoteRef": {"key": "team/redis", "property": "redis-password"}}
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "external-secret"], "external-secret needs --store NAME"),
        ([*EXTERNAL, "--username", "me"], "--username: cannot be combined with -o external-secret"),
        (["--remote-key", "a"], "--remote-key: needs -o external-secret"),
        (["-o", "external-secret", "--store", "Vault 1"], "--store: "),
    ],
)
def test_options_of_a_store_belong_to_external_secrets(cli: Run, arguments: list[str], message: str) -> None:
    refused(cli("secret", "pull", *arguments), message)


def test_every_manifest_is_valid_for_kubernetes_and_the_operator(
    cli: Run, piped: Pipe, kubeconform: Callable[..., list[str]]
) -> None:
    printed = [cli("secret", kind, *EXTERNAL).out for kind in SPECS]
    printed += [cli("secret", "http").out, piped(b"a", "pull", "--username", "me").out]
    assert kubeconform("---\n".join(printed)) == []
