"""The real registry, started as the Pod would start it: on what Helm rendered from our values."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import requests

from registry_gitops.values import RegistryValues
from tests.support.helm import Chart

Pod = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def pod(chart: Chart, tool: Callable[[str], Path], tmp_path: Path) -> Pod:
    """`with pod(values, htpasswd="...") as url:` runs the registry in a root of its own, until the block ends.

    Paths, arguments, environment and user are the Pod's; its root is read-only but for the volume, because nothing else
    in it belongs to the user. Only the port is another one, so that tests can run side by side.
    """

    @contextmanager
    def running(values: RegistryValues, htpasswd: str = "") -> Iterator[str]:
        rendered = chart.render(**values.to_config_dict())
        user = rendered.container["securityContext"]["runAsUser"]
        root = tmp_path / "root"
        _make_root(root, tool("registry"), rendered.config_text, htpasswd, user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        environment = {each["name"]: each["value"] for each in rendered.container["env"]}
        process = subprocess.Popen(
            [*_inside(root, user), "/bin/registry", "serve", "/etc/distribution/config.yml"],
            env={"PATH": os.environ["PATH"], "REGISTRY_HTTP_ADDR": address, **environment},
            stdout=(tmp_path / "log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://{address}", process, tmp_path / "log")
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(120)

    return running


def _make_root(root: Path, binary: Path, config: str, htpasswd: str, user: int) -> None:
    data = root / "var/lib/registry"
    for folder in (root / "bin", root / "etc/distribution", root / "auth", data):
        folder.mkdir(parents=True)
    shutil.copy(binary, root / "bin/registry")
    (root / "etc/distribution/config.yml").write_text(config)
    (root / "auth/htpasswd").write_text(htpasswd)
    if os.geteuid() == 0:
        os.chown(data, user, user)


def _inside(root: Path, user: int) -> list[str]:
    # A program of the administrator's, so not on everybody's PATH.
    chroot = shutil.which("chroot", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or pytest.fail("chroot is missing")
    if os.geteuid() == 0:
        return [chroot, f"--userspec={user}:{user}", str(root)]
    # Not root: a user namespace of our own, in which we may change the root.
    return ["unshare", "--user", "--map-root-user", chroot, str(root)]


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{url}/", timeout=60)
        except requests.ConnectionError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"the registry did not start:\n{log.read_text()}")
