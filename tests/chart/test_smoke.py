"""`helm test`: its script runs in busybox against the real registry, which runs what the chart rendered."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests

from tests.support.authority import Authority
from tests.support.helm import CHART, Chart, Rendered
from tests.support.registry import RealRegistry
from tests.support.token_server import TokenServer

from .stand_ins import Address, Files, NoWayIn, serving

SMOKE = CHART / "files" / "smoke.sh"
POD = "docker-registry-smoke"
LOGIN = {"htpasswd": {"enabled": True, "username": "admin", "password": "not: a $secret ä"}}
EXISTING = {"htpasswd": {"enabled": True, "existingSecret": "users"}}
POD_TLS: dict[str, Any] = {"enabled": True, "existingSecret": "registry-tls"}
READ_ONLY = {"storage": {"maintenance": {"readonly": {"enabled": True}}}}


class Server(Protocol):
    """What may listen at an address."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


Start = Callable[..., RealRegistry]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def start(tool: Callable[[str], Path]) -> Start:
    """The registry that a render describes: its config.yml, its environment, its inline credentials."""

    def registry(rendered: Rendered, files: Mapping[str, Path] | None = None) -> RealRegistry:
        secret = rendered.find("Secret", "docker-registry-htpasswd")
        return RealRegistry(
            tool("registry"),
            rendered.config_text,
            htpasswd=secret[0]["stringData"]["htpasswd"] if secret else "",
            environment={variable["name"]: variable["value"] for variable in rendered.container["env"]},
            files=files,
        )

    return registry


@pytest.fixture
def run(applets: Path, tmp_path: Path) -> Run:
    """The script of a rendered test Pod, as the Pod runs it, but on the given registry."""

    def script(rendered: Rendered, registry: Server, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [applets / "sh", SMOKE],
            env={
                "PATH": str(applets),
                "TMPDIR": str(tmp_path),
                **pod_environment(rendered),
                "REGISTRY_HOST": registry.host,
                "REGISTRY_PORT": str(registry.port),
                "REGISTRY_TIMEOUT": "20",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert list(tmp_path.iterdir()) == [], "the script leaves files behind"
        return done

    return script


@pytest.fixture(scope="module")
def pod_files(authority: Authority) -> Mapping[str, Path]:
    """What is in the Secrets of a registry with TLS, whose certificate is for another name than ours."""
    server = authority.sign("registry", ["DNS:registry.example.com"])
    return {
        "/tls/tls.crt": server.certificate,
        "/tls/tls.key": server.key,
        "/client-cas/ca.crt": authority.certificate,
    }


def pod_environment(rendered: Rendered) -> dict[str, str]:
    (pod,) = rendered.find("Pod", POD)
    secrets = {name: value for secret in rendered.find("Secret", POD) for name, value in secret["stringData"].items()}
    return {
        variable["name"]: variable["value"]
        if "value" in variable
        else secrets[variable["valueFrom"]["secretKeyRef"]["key"]]
        for variable in pod["spec"]["containers"][0]["env"]
    }


def passed(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK: ")


def failed(done: subprocess.CompletedProcess[str], *reasons: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("FAIL: ")
    assert [reason for reason in reasons if reason not in done.stderr] == []


def test_it_passes_on_the_default_registry_and_leaves_one_image_however_often_it_runs(
    chart: Chart, start: Start, run: Run
) -> None:
    rendered = chart.render()
    with start(rendered) as registry:
        passed(run(rendered, registry))
        passed(run(rendered, registry))
        assert requests.get(f"{registry.url}/v2/_catalog", timeout=60).json() == {"repositories": ["helm-test/smoke"]}
        assert len(blobs(registry)) == 3


def test_it_deletes_its_image_where_deletion_is_on(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(deletion={"enabled": True})
    with start(rendered) as registry:
        passed(run(rendered, registry))
        layers = list(registry.data.glob("**/_layers/sha256/*/link"))
        assert layers == []
        assert not requests.get(f"{registry.url}/v2/helm-test/smoke/tags/list", timeout=60).json().get("tags")
        passed(run(rendered, registry))


def test_it_logs_in_with_inline_credentials(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(auth=LOGIN)
    with start(rendered) as registry:
        assert requests.get(f"{registry.url}/v2/", timeout=60).status_code == 401
        passed(run(rendered, registry))
        failed(
            run(rendered, registry, REGISTRY_PASSWORD="other"), "POST /v2/helm-test/smoke/blobs/uploads/ answered 401"
        )


def test_it_fails_when_a_login_is_configured_and_anybody_gets_in(chart: Chart, start: Start, run: Run) -> None:
    with start(chart.render()) as registry:
        failed(run(chart.render(auth=LOGIN), registry), "GET /v2/ answered 200, not 401")
        failed(run(chart.render(auth=EXISTING), registry), "GET /v2/ answered 200, not 401")


def test_it_asserts_the_challenge_where_only_a_hash_is_known(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(auth=EXISTING)
    assert rendered.find("Secret", POD) == []
    with start(rendered) as registry:
        passed(run(rendered, registry))


def test_it_pushes_nothing_to_a_registry_that_takes_nothing(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(configuration=READ_ONLY)
    with start(rendered) as registry:
        passed(run(rendered, registry))


def test_it_fails_on_a_registry_that_takes_nothing_and_should(chart: Chart, start: Start, run: Run) -> None:
    with start(chart.render(configuration=READ_ONLY)) as registry:
        failed(run(chart.render(), registry), "POST /v2/helm-test/smoke/blobs/uploads/ answered 405, not 202")


def test_it_fails_on_a_volume_that_cannot_be_written(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render()
    with start(rendered) as registry:
        registry.data.chmod(0o555)
        failed(run(rendered, registry), "POST /v2/helm-test/smoke/blobs/uploads/ answered 500, not 202")


def test_it_fails_when_deletion_does_not_work(chart: Chart, start: Start, run: Run) -> None:
    with start(chart.render()) as registry:
        done = run(chart.render(deletion={"enabled": True}), registry)
        failed(done, "DELETE /v2/helm-test/smoke/manifests/sha256:", "answered 405, not 202")


def test_it_finds_a_registry_below_a_prefix(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(configuration={"http": {"prefix": "/images/"}}, http={"relativeUrls": False})
    with start(rendered) as registry:
        passed(run(rendered, registry))
        assert requests.get(f"{registry.url}/images/v2/_catalog", timeout=60).ok


def test_it_pushes_by_tls_whatever_the_names_of_the_certificate_are(
    chart: Chart, start: Start, run: Run, pod_files: Mapping[str, Path]
) -> None:
    rendered = chart.render(tls=POD_TLS, deletion={"enabled": True}, auth=LOGIN)
    with start(rendered, pod_files) as registry:
        assert registry.url.startswith("https://")
        passed(run(rendered, registry))
        failed(run(rendered, registry, REGISTRY_SCHEME="http", REGISTRY_CHECK="answer"), "GET /v2/ answered 400")


def test_it_fails_on_a_registry_without_tls_that_should_have_it(chart: Chart, start: Start, run: Run) -> None:
    with start(chart.render()) as registry:
        done = run(chart.render(tls=POD_TLS), registry, REGISTRY_TIMEOUT="2")
        failed(done, "no answer to GET /v2/ within 2 s")


def test_it_connects_where_the_registry_demands_a_certificate(
    chart: Chart, start: Start, run: Run, pod_files: Mapping[str, Path]
) -> None:
    rendered = chart.render(tls=POD_TLS | {"clientAuthentication": {"existingSecret": "clients"}})
    with start(rendered, pod_files) as registry:
        passed(run(rendered, registry))
    failed(run(rendered, registry, REGISTRY_TIMEOUT="2"), "no connection within 2 s", "Connection refused")


def test_it_pushes_without_a_certificate_where_that_is_enough(
    chart: Chart, start: Start, run: Run, pod_files: Mapping[str, Path]
) -> None:
    optional = {"existingSecret": "clients", "mode": "verify-client-cert-if-given"}
    rendered = chart.render(tls=POD_TLS | {"clientAuthentication": optional})
    with start(rendered, pod_files) as registry:
        passed(run(rendered, registry))


def test_it_asserts_the_challenge_of_a_token_server(
    chart: Chart, start: Start, run: Run, token_server: TokenServer
) -> None:
    token = {"realm": token_server.realm, "service": token_server.service, "issuer": token_server.issuer}
    keys = {"enabled": True, "existingSecret": "keys", "jwksKey": "jwks.json"}
    rendered = chart.render(auth={"token": token | keys})
    with start(rendered, {"/token/jwks.json": token_server.key_set}) as registry:
        passed(run(rendered, registry))
    with start(chart.render()) as registry:
        failed(run(rendered, registry), "GET /v2/ answered 200, not 401")


def test_it_pushes_nothing_to_a_cache(chart: Chart, start: Start, run: Run) -> None:
    with start(chart.render()) as upstream:
        rendered = chart.render(proxy={"enabled": True, "remoteUrl": upstream.url})
        with start(rendered) as registry:
            passed(run(rendered, registry))
            failed(run(chart.render(), registry), "POST /v2/helm-test/smoke/blobs/uploads/ answered 405, not 202")


def test_it_follows_a_location_that_names_the_host_of_an_ingress(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render(http={"relativeUrls": False}, configuration={"http": {"host": "https://images.example"}})
    with start(rendered) as registry:
        passed(run(rendered, registry))
        assert "images.example" not in registry.log(), "what the Service is asked for must not name the Ingress"


def test_it_notices_that_a_manifest_came_back_changed(chart: Chart, start: Start, run: Run) -> None:
    rendered = chart.render()
    with start(rendered) as registry:
        passed(run(rendered, registry))
        (manifest,) = (path for path in blobs(registry) if b"smoke-test" in path.read_bytes())
        manifest.write_bytes(manifest.read_bytes().replace(b"smoke-test", b"smoke-TEST"))
        failed(run(rendered, registry), "GET /v2/helm-test/smoke/manifests/smoke gave back other bytes")


def test_it_fetches_blobs_from_an_object_store_and_compares_them(
    chart: Chart, start: Start, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Files) as store:
        rendered = chart.render(configuration=redirecting_to(store))
        with start(rendered) as registry:
            monkeypatch.setattr(Files, "folder", registry.data)
            passed(run(rendered, registry))
            for layer in blobs(registry):
                layer.write_bytes(layer.read_bytes()[:-1] + b"?")
            failed(run(rendered, registry), "gave back other bytes than were pushed")


def test_it_fails_on_a_refusal_that_no_client_can_answer(chart: Chart, run: Run) -> None:
    with serving(NoWayIn) as server:
        failed(run(chart.render(auth=EXISTING), server), "GET /v2/ answered 401 without WWW-Authenticate")


def test_it_says_what_it_asked_of_a_registry_that_is_not_there(chart: Chart, run: Run) -> None:
    with serving(NoWayIn) as server:
        pass
    done = run(chart.render(), server, REGISTRY_TIMEOUT="2")
    failed(done, "no answer to GET /v2/ within 2 s", "Connection refused")


def test_it_waits_no_longer_than_it_may_for_a_registry_that_says_nothing(chart: Chart, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        done = run(chart.render(), Address(*silent.getsockname()), REGISTRY_TIMEOUT="2")
        failed(done, "no answer to GET /v2/ within 2 s")
        assert time.monotonic() - begun < 20


def test_its_pod_is_restricted_and_gets_no_request_of_the_service(chart: Chart) -> None:
    rendered = chart.render()
    (pod,) = rendered.find("Pod", POD)
    (container,) = pod["spec"]["containers"]
    assert pod["spec"]["securityContext"] == rendered.pod["securityContext"]
    assert container["securityContext"] == rendered.container["securityContext"]
    assert container["image"] == rendered.container["image"]
    assert set(container["resources"]) == {"requests", "limits"}
    assert not rendered["Service"]["spec"]["selector"].items() <= pod["metadata"]["labels"].items()


def test_its_pod_asks_the_port_of_the_service_or_of_the_pod_behind_a_headless_one(chart: Chart) -> None:
    assert pod_environment(chart.render(service={"ports": {"http": 80}}))["REGISTRY_PORT"] == "80"
    headless = chart.render(service={"clusterIP": "None", "ports": {"http": 80}})
    assert pod_environment(headless)["REGISTRY_PORT"] == "5000"


def test_its_pod_runs_the_script_that_is_tested_here(chart: Chart) -> None:
    (scripts,) = chart.render().find("ConfigMap", POD)
    assert scripts["data"]["smoke.sh"].strip() == SMOKE.read_text().strip()


def blobs(registry: RealRegistry) -> list[Path]:
    return list(registry.data.glob("docker/registry/v2/blobs/*/*/*/data"))


def redirecting_to(store: Address) -> Mapping[str, Any]:
    options = {"baseurl": f"http://{store.host}:{store.port}/"}
    return {"middleware": {"storage": [{"name": "redirect", "options": options}]}}
