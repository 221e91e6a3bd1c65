"""The registry that the chart deploys answers as the documented API table says, to a real client and to plain HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from registry_gitops.values import Auth, Deletion, Htpasswd, RegistryValues
from tests.chart.deployed.conftest import Pod

PASSWORD = "correct horse battery staple"
Crane = Callable[..., str]
ACCEPT = {"Accept": "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"}


@pytest.fixture
def crane(tool: Callable[[str], Path], tmp_path: Path) -> Crane:
    """The client, with a configuration of its own."""

    def call(*arguments: str | Path, stdin: str = "") -> str:
        environment = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": str(tmp_path), "HOME": str(tmp_path)}
        done = subprocess.run(
            [tool("crane"), *arguments], input=stdin, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A layer with one file of 5 MB that does not compress."""
    (tmp_path / "content").write_bytes(os.urandom(5_000_000))
    with tarfile.open(tmp_path / "layer.tar", "w") as archive:
        archive.add(tmp_path / "content", "content")
    return tmp_path / "layer.tar"


@pytest.fixture
def htpasswd(tmp_path: Path) -> str:
    """The file that our own command makes for the user ci."""
    program = Path(sys.executable).with_name("registry-gitops")
    done = subprocess.run(
        [program, "htpasswd", "ci", "--password-stdin"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line.strip() for line in done.stdout.splitlines() if "ci:$2" in line]
    return line.removeprefix("htpasswd:").strip().strip("'\"") + "\n"


def get(url: str, path: str, **options: Any) -> Any:
    answer = requests.get(f"{url}/v2/{path}", timeout=60, **options)
    answer.raise_for_status()
    return answer


@pytest.mark.parametrize("with_users", [False, True], ids=["anonymous", "htpasswd"])
def test_push_list_pull_and_delete(
    pod: Pod, crane: Crane, layer: Path, htpasswd: str, tmp_path: Path, with_users: bool
) -> None:
    users = Auth(htpasswd=Htpasswd(enabled=True, existing_secret="users")) if with_users else Auth()
    values = RegistryValues(deletion=Deletion(enabled=True), auth=users)
    login = ("ci", PASSWORD) if with_users else None
    with pod(values, htpasswd if with_users else "") as url:
        host = url.removeprefix("http://")
        if with_users:
            refused = requests.get(f"{url}/v2/", timeout=60)
            assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="Registry"')
            assert requests.get(f"{url}/v2/", auth=("ci", "wrong"), timeout=60).status_code == 401
            crane("auth", "login", host, "-u", "ci", "--password-stdin", "--insecure", stdin=PASSWORD)
        assert get(url, "", auth=login).headers["Docker-Distribution-Api-Version"] == "registry/2.0"

        crane("append", "--oci-empty-base", "-f", layer, "-t", f"{host}/team/app:1.0", "--insecure")
        crane("tag", f"{host}/team/app:1.0", "latest", "--insecure")
        assert get(url, "_catalog", auth=login).json() == {"repositories": ["team/app"]}
        assert get(url, "team/app/tags/list", auth=login).json() == {"name": "team/app", "tags": ["1.0", "latest"]}

        crane("pull", f"{host}/team/app:1.0", tmp_path / "image.tar", "--insecure")
        assert (tmp_path / "image.tar").stat().st_size > 5_000_000
        manifest = get(url, "team/app/manifests/1.0", auth=login, headers=ACCEPT)
        digest = manifest.headers["Docker-Content-Digest"]
        assert json.loads(crane("manifest", f"{host}/team/app@{digest}", "--insecure")) == manifest.json()

        assert requests.delete(f"{url}/v2/team/app/manifests/{digest}", auth=login, timeout=60).status_code == 202
        assert (
            requests.get(f"{url}/v2/team/app/manifests/1.0", auth=login, headers=ACCEPT, timeout=60).status_code == 404
        )


def test_deletion_is_refused_unless_it_is_switched_on(pod: Pod, crane: Crane, layer: Path) -> None:
    with pod(RegistryValues()) as url:
        host = url.removeprefix("http://")
        crane("append", "--oci-empty-base", "-f", layer, "-t", f"{host}/team/app:1.0", "--insecure")
        digest = crane("digest", f"{host}/team/app:1.0", "--insecure").strip()
        assert requests.delete(f"{url}/v2/team/app/manifests/{digest}", timeout=60).status_code == 405


def test_where_to_push_is_said_without_a_host_so_that_no_proxy_turns_it_wrong(pod: Pod) -> None:
    with pod(RegistryValues()) as url:
        started = requests.post(f"{url}/v2/team/app/blobs/uploads/", timeout=60)
        assert (started.status_code, started.headers["Location"][:26]) == (202, "/v2/team/app/blobs/uploads")


def test_nothing_is_served_but_the_api(pod: Pod) -> None:
    with pod(RegistryValues()) as url:
        for path in ("/debug/vars", "/debug/pprof/", "/metrics"):
            assert requests.get(url + path, timeout=60).status_code == 404
