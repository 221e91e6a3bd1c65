"""Whatever people write into whatever field or argument: no error, message or output repeats a password in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

import registry_gitops
import registry_gitops.secrets
from registry_gitops.cli import main
from registry_gitops.cli.exit_codes import ExitCode
from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import RegistryDeployment, load
from registry_gitops.errors import InputError
from registry_gitops.model import Model
from registry_gitops.rules import lint
from registry_gitops.schema import typed_config_schema
from registry_gitops.schema.explanation import child_schemas

CANARY: Final = "hunter2-canary"
VALUES: Final = (
    f"https://user:{CANARY}@host.example.com/path",
    f"https://user:hun/{CANARY}@host.example.com",
    f"oci://user:hun {CANARY}@host.example.com/path",
    f"https://{CANARY}@host.example.com",
    f"https://host.example.com/path?token={CANARY}",
    f"user:{CANARY}@host",
    f"user:hun:{CANARY}@",
    f"${{A:=https://user:{CANARY}@host.example.com}}",
)
PACKAGE: Final = Path(registry_gitops.__file__).parent


def models() -> list[type[Model]]:
    """Every model that what a user wrote is read into."""
    found, todo = set[type[Model]](), [Model]
    while todo:
        below = todo.pop().__subclasses__()
        found.update(below)
        todo += below
    read = {model for model in found if model.__module__.split(".")[1] not in ("report", "cluster")}
    return sorted(read, key=lambda model: (model.__module__, model.__name__))


def shapes(value: str) -> Iterator[Any]:
    """Data that holds `value` where a field of whatever type may have a text or a key."""
    yield from (value, [value], {value: "a"}, {"a": value}, {"a": [value]}, [{value: "a"}])


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_no_field_of_a_model_repeats_a_credential(model: type[Model]) -> None:
    names = [field.alias or name for name, field in model.model_fields.items()]
    given = [{name: shape} for name in names for value in VALUES for shape in shapes(value)]
    for data in [*given, *({value: "a"} for value in VALUES)]:
        assert CANARY not in said_of(model, data), data


def said_of(model: type[Model], data: dict[str, Any]) -> str:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return f"{error} {error!r} {error.errors(include_input=False)}"
    return ""


def filled(schema: dict[str, Any], value: str) -> Any:
    """A description with `value` as every text and as a key of every map."""
    below = child_schemas(schema)
    if "items" in str(schema.get("type")) or schema.get("type") == "array":
        return [filled(schema["items"], value)]
    if below:
        return {key: filled(each, value) for key, each in below.items()}
    return {value: value, "a": value} if schema.get("type") == "object" else value


@pytest.mark.parametrize("value", VALUES)
def test_render_repeats_no_credential_of_any_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    keys = {**filled(typed_config_schema(), value), value: value}
    extends = {"extends": keys.pop("extends")}
    # What it extends is looked for before anything is validated.
    for name, content, least in (("extending", extends, 1), ("whole", keys, 300)):
        config = tmp_path / name
        config.write_text(dump_yaml(content), "utf-8")
        with pytest.raises(InputError) as caught:
            load(config)
        assert len(caught.value.findings) >= least
        assert CANARY not in f"{caught.value} {caught.value!r} {caught.value.findings!r}"
        assert main(["render", str(config)]) == 2
        assert CANARY not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "text",
    [
        f"values: {{http: {{existingSecret: '{CANARY} 1'}}}}",
        f"values: {{auth: {{htpasswd: {{existingSecret: '{CANARY} 1'}}}}}}",
        f"values: {{auth: {{htpasswd: {{username: 'u:{CANARY}'}}}}}}",
        f"source: {{type: oci, url: oci://a/b, secretRef: {{name: '{CANARY} 1'}}}}",
        f"values: {{auth: {{htpasswd: {{password: *{CANARY}}}}}}}",
        f"values: {{auth: {{htpasswd: {{password: !{CANARY}}}}}}}",
        f"values: {{auth: {{htpasswd: {{password: !{CANARY} x}}}}}}",
        f"values: {{auth: {{htpasswd: {{'{CANARY}!': x}}}}}}",
        f"{{'{CANARY}!': 1, '{CANARY}!': 2}}",
        f"password: '{CANARY}\n",
        f"password: @{CANARY}\n",
        f"password: %{CANARY}\n",
        f"https://user:{CANARY}@host: 1",
        f"- https://user:{CANARY}@host",
        f"https://user:{CANARY}@host",
    ],
)
def test_a_problem_of_a_file_repeats_no_credential(tmp_path: Path, text: str) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        load(config)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "program",
    [
        f"raise ValueError('cannot fetch https://user:hun/{CANARY}@host')",
        f"raise SystemExit('password: {CANARY}')",
        f"raise KeyError('token={CANARY}')",
        f"from registry_gitops import HelmSource\nHelmSource(url='https://user:hun/{CANARY}@host')",
    ],
)
def test_what_a_program_raises_repeats_no_credential(tmp_path: Path, program: str) -> None:
    (tmp_path / "registry.py").write_text(program, "utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "registry.py")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "arguments",
    [
        ["{}"],
        ["render", "{}"],
        ["render", "-o", "{}"],
        ["render", "--allow", "{}", "registry.yaml"],
        ["render", "--output-dir", "{}", "registry.yaml"],
        ["render", "a", "{}"],
        ["render", "--{}"],
        ["explain", "{}"],
        ["explain", "values.{}"],
        ["schema", "{}"],
        ["init", "{}", "--source", "{}"],
        ["init", "x", "--source", "helm", "--url", "{}"],
        ["init", "x", "--source", "oci", "--url", "{}"],
        ["init", "x", "--url", "{}"],
        ["init", "x", "--name", "{}"],
        ["init", "x", "--namespace", "{}"],
        ["htpasswd", "{}"],
        ["htpasswd", "ada", "hunter2-canary"],
        ["htpasswd", "ada", "--password", "hunter2-canary"],
        ["htpasswd", "ada", "--password=hunter2-canary"],
        ["htpasswd", "ada", "--name", "{}", "--password-stdin"],
        ["secret", "{}"],
        ["secret", "http", "{}"],
        ["secret", "s3", "--secret-key", "hunter2-canary"],
        ["secret", "redis", "--name", "{}", "--stdin"],
        ["secret", "redis", "--key", "{}", "--stdin"],
        ["secret", "proxy", "--username", "{}", "--stdin"],
        ["secret", "pull", "--username", "a", "--server", "{}", "--stdin"],
        ["secret", "http", "--output", "{}"],
        ["secret", "http", "--output", "external-secret", "--store", "{}"],
        ["serve", "--address", "{}"],
        ["serve", "--max-concurrency", "{}"],
        ["serve", "--gc-interval", "{}"],
        ["serve", "{}", "--address", "{}"],
        ["gc", "{}"],
        ["gc", "--older-than", "{}", "x"],
        ["smoke", "{}", "--retries", "0", "--timeout", "1s"],
        ["smoke", "localhost:1", "{}"],
        ["smoke", "localhost:1", "--retries", "0", "--config", "{}"],
        ["smoke", "localhost:1", "--timeout", "{}"],
        ["smoke", "localhost:1", "--level", "{}"],
        ["smoke", "localhost:1", "--check", "{}"],
        ["smoke", "localhost:1", "--ca-file", "{}"],
        ["smoke", "localhost:1", "--output", "{}"],
        ["smoke", "localhost:1", "--output", "json={}/x"],
        ["smoke", "localhost:1", "--before-restart", "{}/x"],
        ["smoke", "localhost:1", "--after-restart", "{}"],
        ["smoke", "localhost:1", "--password", "hunter2-canary"],
        ["smoke", "--namespace", "{}", "--service", "{}"],
        ["status", "{}"],
        ["status", "--namespace", "{}", "--context", "{}"],
        ["status", "--namespace", "x", "--kubeconfig", "{}"],
        ["status", "--namespace", "x", "--wait", "{}"],
        ["status", "--output", "{}"],
    ],
    ids=" ".join,
)
def test_no_argument_of_the_command_line_is_repeated_with_its_credential(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    value: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", "")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    code = main([argument.replace("{}", value) for argument in arguments])
    shown = "".join(capsys.readouterr())
    assert CANARY not in shown
    assert "Traceback" not in shown
    assert code != ExitCode.INTERNAL_ERROR


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"source": {"type": "helm", "url": f"https://a.example.com/?token={CANARY}"}}, "source.url"),
        (
            {"values": {"configuration": {"proxy": {"remoteurl": f"https://{CANARY}@a.example.com"}}}},
            "values.configuration.proxy.remoteurl",
        ),
        (
            {"values": {"configuration": {"proxy": {"remoteurl": f"https://a.example.com/?sig={CANARY}"}}}},
            "values.configuration.proxy.remoteurl",
        ),
        (
            {
                "values": {
                    "configuration": {"proxy": {"remoteurl": "https://host"}},
                    "extraEnvVars": [{"name": "REGISTRY_PROXY_REMOTEURL", "value": f"https://u:{CANARY}@host"}],
                }
            },
            "values.extraEnvVars[0].value",
        ),
    ],
)
def test_a_credential_within_a_valid_url_is_an_error_that_does_not_repeat_it(data: dict[str, Any], path: str) -> None:
    findings = list(lint(RegistryDeployment.model_validate(data)))
    assert [(finding.severity, finding.location.key) for finding in findings] == [("error", path)]
    assert CANARY not in str(findings)


@pytest.mark.parametrize("url", VALUES[:4])
@pytest.mark.parametrize("kind", ["helm", "oci"])
def test_a_source_whose_url_holds_credentials_is_refused(kind: str, url: str) -> None:
    with pytest.raises(ValidationError, match="credentials to a Secret"):
        RegistryDeployment.model_validate({"source": {"type": kind, "url": url}})


@pytest.mark.parametrize("package", ["model", "values", "manifests", "deployment", "rules", "codec"])
def test_no_message_puts_a_value_in_quotes_but_by_quote(package: str) -> None:
    by_hand = {
        f"{path.relative_to(PACKAGE)}:{part.lineno}"
        for path in (PACKAGE / package).rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for before, part, after in zip(text.values, text.values[1:], text.values[2:], strict=False)
        if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name | ast.Attribute)
        if isinstance(before, ast.Constant) and isinstance(after, ast.Constant)
        if str(before.value)[-1:] == str(after.value)[:1] and str(after.value)[0] in "\"'"
    }
    assert by_hand == set()
