"""The registry that the chart deploys lets in whom a token server lets in."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import requests

from tests.chart.deployed.rendered_pod import start_pod
from tests.support.helm import Chart
from tests.support.oci_content import image, write_layout
from tests.support.registry import RealRegistry
from tests.support.token_server import TokenServer


@pytest.mark.parametrize("key", ["jwksKey", "rootCertBundleKey"])
def test_a_user_pushes_and_everybody_pulls_by_tokens(
    chart: Chart,
    real_registry: Callable[..., RealRegistry],
    token_server: TokenServer,
    tool: Callable[[str], Path],
    tmp_path: Path,
    key: str,
) -> None:
    file = token_server.key_set if key == "jwksKey" else token_server.certificate
    token = {
        **{"enabled": True, "realm": token_server.realm, "service": token_server.service},
        **{"issuer": token_server.issuer, "existingSecret": "token-keys", key: "keys"},
        "signingAlgorithms": ["ES256"],
    }
    secrets = {"token-keys": {"keys": file.read_text()}}
    write_layout(tmp_path / "image", "latest", image(Random(4), 10_000))
    with start_pod(chart, real_registry, tmp_path, {"auth": {"token": token}}, secrets) as registry:

        def crane(*arguments: str | Path, login: str = "") -> subprocess.CompletedProcess[str]:
            home = tmp_path / "home"
            home.mkdir(exist_ok=True)
            host = f"{registry.host}:{registry.port}"
            auths = {host: {"auth": base64.b64encode(login.encode()).decode()}} if login else {}
            (home / "config.json").write_text(json.dumps({"auths": auths}))
            return subprocess.run(
                [tool("crane"), "--insecure", *arguments],
                env={"DOCKER_CONFIG": str(home)},
                capture_output=True,
                text=True,
                check=False,
            )

        name = f"{registry.host}:{registry.port}/team/app:latest"
        assert requests.get(f"{registry.url}/v2/", timeout=60).status_code == 401
        assert crane("push", tmp_path / "image", name).returncode != 0
        assert crane("push", tmp_path / "image", name, login="pusher:wrong").returncode != 0
        pushed = crane("push", tmp_path / "image", name, login="pusher:push")
        assert pushed.returncode == 0, pushed.stderr
        assert crane("digest", name).stdout.startswith("sha256:")
