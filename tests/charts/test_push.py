"""`chart push`: the chart in OCI registries, as Helm and Flux pull it from there."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from registry_gitops.charts import ChartRepository, package_chart, push_chart
from registry_gitops.charts.oci_artifact import build_artifact
from registry_gitops.errors import InputError
from registry_gitops.registry import ReferenceRegistry
from registry_gitops.version import __version__
from tests.cli.running import Outcome, Run
from tests.cli.standard_input import Pipe
from tests.smoke.token_registry import PASSWORD, USER, token_registry
from tests.support.certificate import make_certificate
from tests.support.helm import CHART

Tool = Callable[[str], Path]

DIGEST = build_artifact(package_chart()).digest
HTPASSWD = "ci:$2b$04$L7ZR/kaVPypc6ym.WQEOheLWDEO0GAL8q5atPda4TdjZPLIQForja\n"
"""The password is hunter2."""


def pushed(url: str, word: str = "push") -> Outcome:
    return Outcome(0, f"{word} {url}:{__version__}@{DIGEST}\n", "")


@pytest.fixture(scope="module")
def registry() -> Iterator[ReferenceRegistry]:
    with ReferenceRegistry() as running:
        yield running


@pytest.fixture
def host(registry: ReferenceRegistry) -> str:
    return urlsplit(registry.url).netloc


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    monkeypatch.delenv("REGISTRY_GITOPS_PASSWORD", raising=False)
    return tmp_path


def test_second_push_finds_the_chart_there_and_the_digest_is_the_same(cli: Run, host: str) -> None:
    url = f"oci://{host}/charts/docker-registry"
    assert cli("chart", "push", f"oci://{host}/charts", "--plain-http") == pushed(url)
    for same in (f"oci://{host}/charts/", f"oci://{host}/charts/docker-registry"):
        assert cli("chart", "push", same, "--plain-http") == pushed(url, "unchanged")
    stored = requests.get(f"http://{host}/v2/charts/docker-registry/manifests/{__version__}", timeout=60)
    assert stored.headers["Docker-Content-Digest"] == DIGEST


def test_registry_can_be_all_of_the_url(cli: Run, host: str) -> None:
    assert cli("chart", "push", f"oci://{host}", "--plain-http") == pushed(f"oci://{host}/docker-registry")


def test_chart_of_other_bytes_under_the_tag_is_replaced_and_told(cli: Run, host: str) -> None:
    archive = package_chart()
    repository = ChartRepository.parse(f"oci://{host}/replaced", archive.name)
    with repository.connect(plain_http=True) as client:
        before = push_chart(client, repository, type(archive)(archive.metadata, b"other bytes"))
        assert (before.is_new, before.replaced) == (True, "")
    warning = f"warning: the tag {__version__} pointed to {before.digest} before\n"
    push = ("chart", "push", f"oci://{host}/replaced", "--plain-http")
    assert cli(*push) == replace(pushed(repository.url), err=warning)
    assert cli(*push) == pushed(repository.url, "unchanged")


def test_helm_pulls_the_chart(tool: Tool, cli: Run, host: str, tmp_path: Path) -> None:
    cli("chart", "push", f"oci://{host}/for-helm", "--plain-http")
    url = f"oci://{host}/for-helm/docker-registry"

    def helm(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [tool("helm"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)

    done = helm("pull", url, "--version", __version__, "--plain-http")
    assert f"Digest: {DIGEST}" in done.stdout + done.stderr
    assert (tmp_path / package_chart().file_name).read_bytes() == package_chart().content
    assert helm("template", "x", url, "--plain-http").stdout == helm("template", "x", CHART).stdout


def test_login_is_that_of_the_options_or_of_docker(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "users").write_text(HTPASSWD)
    with ReferenceRegistry(htpasswd=tmp_path / "users") as registry:
        host = urlsplit(registry.url).netloc
        url = f"oci://{host}/charts"
        refused = cli("chart", "push", url, "--plain-http")
        assert refused.code == 3
        assert "returned 401, and no credentials were given. Check user and password: --username" in refused.err
        monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", "wrong-password")
        refused = cli("chart", "push", url, "--plain-http", "--username", "ci")
        assert refused.code == 3
        assert "wrong-password" not in refused.err
        monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", "hunter2")
        assert cli("chart", "push", url, "--plain-http", "--username", "ci") == pushed(f"{url}/docker-registry")
        monkeypatch.delenv("REGISTRY_GITOPS_PASSWORD")
        (tmp_path / ".docker").mkdir()
        auth = {"auths": {host: {"auth": b64encode(b"ci:hunter2").decode()}}}
        (tmp_path / ".docker/config.json").write_text(json.dumps(auth))
        assert cli("chart", "push", url, "--plain-http") == pushed(f"{url}/docker-registry", "unchanged")


def test_registry_with_a_token_server_gets_a_token_for_the_push(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_GITOPS_PASSWORD", PASSWORD)
    with token_registry() as (url, tokens):
        oci = f"oci://{urlsplit(url).netloc}/charts"
        assert cli("chart", "push", oci, "--plain-http", "--username", USER) == pushed(f"{oci}/docker-registry")
        assert any("push" in asked.get("scope", "") for asked in tokens.asked)


def test_half_a_login_is_refused(cli: Run, piped_to: Pipe) -> None:
    done = cli("chart", "push", "oci://127.0.0.1:1/charts", "--username", "ci")
    assert (done.code, done.out) == (2, "")
    assert "needs a password: set REGISTRY_GITOPS_PASSWORD, or pass --password-stdin" in done.err
    done = piped_to(b"hunter2\n", "chart", "push", "oci://127.0.0.1:1/charts", "--password-stdin")
    assert (done.code, done.out) == (2, "")
    assert "no user to log in as: add --username USER" in done.err


@pytest.mark.tools
def test_authority_of_the_registry_is_passed_or_skipped(cli: Run, tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    with ReferenceRegistry(tls_cert=made.certificate, tls_key=made.key) as registry:
        url = f"oci://{urlsplit(registry.url).netloc}/charts"
        refused = cli("chart", "push", url)
        assert (refused.code, refused.out) == (3, "")
        assert refused.err.endswith("Pass the authority's certificate with --ca-file.\n")
        assert cli("chart", "push", url, "--ca-file", made.certificate) == pushed(f"{url}/docker-registry")
        assert cli("chart", "push", url, "--insecure-skip-tls-verify").code == 0


def test_registry_that_refuses_the_push_is_an_error_with_its_reason(cli: Run) -> None:
    with ReferenceRegistry(read_only=True) as registry:
        done = cli("chart", "push", f"oci://{urlsplit(registry.url).netloc}/charts", "--plain-http")
    assert (done.code, done.out) == (1, "")
    assert "/charts/docker-registry: POST /v2/charts/docker-registry/blobs/uploads/ returned 405" in done.err
    assert done.err.endswith(
        "Check that the user is allowed to push there, and whether the repository must be created before.\n"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/charts",
        "example.com/charts",
        "oci://",
        "oci:///charts",
        "oci://user:hunter2@example.com/charts",
        "oci://example.com/Charts",
        "oci://example.com/charts:1.0.0",
        "oci://example.com/charts?token=hunter2",
        "oci://example.com//charts",
        "oci://example.com:99999/charts",
        "oci://example.com:/charts",
        "oci://exa mple.com/charts",
        f"oci://example.com/{'a' * 250}",
    ],
)
def test_url_of_no_chart_repository_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="is not the URL of a chart repository: write oci://HOST/PATH") as refused:
        ChartRepository.parse(url, "docker-registry")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("127.0.0.1:1", "cannot be reached: connection refused. Nothing listens there: check host and port."),
        ("nosuch.invalid", "Check the spelling of the host."),
    ],
)
def test_registry_that_is_not_there_is_unreachable(cli: Run, host: str, problem: str) -> None:
    done = cli("chart", "push", f"oci://{host}/charts")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"error: https://{host} ")
    assert done.err.endswith(f"{problem}\n")


def test_plain_http_has_to_be_asked_for(cli: Run, host: str) -> None:
    assert cli("chart", "push", f"oci://{host}/charts").err.endswith("plain HTTP, pass --plain-http.\n")
