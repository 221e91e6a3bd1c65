"""The clients that people use, each as the commands that push an OCI image layout, pull one, and log in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.tools import tool

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Registry:
    """A registry as clients see it: over plain HTTP, or over TLS with a login."""

    host: str
    authority: Path | None = None
    """The certificate to trust; None is plain HTTP."""
    login: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://{self.host}"


@dataclass(frozen=True)
class Client:
    """What to run. A layout has one tag, `TAG`; an image is named in full, with host and tag."""

    push: Callable[[Path, str], Command]
    pull: Callable[[str, Path], Command]
    login: Callable[[str, str, str], Command]
    """With host, user and password."""
    plain_push: tuple[str, ...]
    plain_pull: tuple[str, ...]
    """What is added for a registry without TLS: `{host}` stands for it."""


TAG = "v1"
SECONDS = 300

CLIENTS = {
    "crane": Client(
        push=lambda layout, image: ["crane", "push", layout, image],
        pull=lambda image, layout: ["crane", "pull", "--format=oci", image, layout],
        login=lambda host, user, password: ["crane", "auth", "login", host, "--username", user, "--password", password],
        plain_push=("--insecure",),
        plain_pull=("--insecure",),
    ),
    "oras": Client(
        push=lambda layout, image: ["oras", "cp", "--from-oci-layout", f"{layout}:{TAG}", image],
        pull=lambda image, layout: ["oras", "cp", "--to-oci-layout", image, f"{layout}:{TAG}"],
        login=lambda host, user, password: ["oras", "login", host, "--username", user, "--password", password],
        plain_push=("--to-plain-http",),
        plain_pull=("--from-plain-http",),
    ),
    "regctl": Client(
        push=lambda layout, image: ["regctl", "image", "copy", f"ocidir://{layout}:{TAG}", image],
        pull=lambda image, layout: ["regctl", "image", "copy", image, f"ocidir://{layout}:{TAG}"],
        login=lambda host, user, password: ["regctl", "registry", "login", host, "--user", user, "--pass", password],
        plain_push=("--host=reg={host},tls=disabled",),
        plain_pull=("--host=reg={host},tls=disabled",),
    ),
    "skopeo": Client(
        push=lambda layout, image: [*_SKOPEO_COPY, f"oci:{layout}:{TAG}", f"docker://{image}"],
        pull=lambda image, layout: [*_SKOPEO_COPY, f"docker://{image}", f"oci:{layout}:{TAG}"],
        login=lambda host, user, password: ["skopeo", "login", host, "--username", user, "--password", password],
        plain_push=("--dest-tls-verify=false",),
        plain_pull=("--src-tls-verify=false",),
    ),
}

_SKOPEO_COPY: Command = ["skopeo", "copy", "--insecure-policy", "--all", "--preserve-digests"]


@dataclass(frozen=True)
class User:
    """Somebody with a home of their own, who uses a client with a registry."""

    client: Client
    registry: Registry
    home: Path

    def push(self, layout: Path, name: str) -> None:
        """Push the layout as `name`, with this tag."""
        self._run(self.client.push(layout, f"{self.registry.host}/{name}:{TAG}"), self.client.plain_push)

    def pull(self, name: str, layout: Path) -> None:
        """Pull it into a new layout."""
        self._run(self.client.pull(f"{self.registry.host}/{name}:{TAG}", layout), self.client.plain_pull)

    def log_in(self) -> None:
        """Say who they are, as people do: once."""
        assert self.registry.login is not None
        self._run(self.client.login(self.registry.host, *self.registry.login), ())

    def _run(self, command: Command, plain: tuple[str, ...]) -> None:
        added = [] if self.registry.authority else [word.format(host=self.registry.host) for word in plain]
        run([*command, *added], self.registry, self.home)


def run(command: Command, registry: Registry, home: Path) -> str:
    """Run a program of .tools with nothing of our own settings, and return what it printed."""
    name, *arguments = command
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "DOCKER_CONFIG": str(home),
        "REGISTRY_AUTH_FILE": str(home / "auth.json"),
    }
    if registry.authority:
        environment["SSL_CERT_FILE"] = str(registry.authority)
    done = subprocess.run(
        [tool(str(name)), *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.args}\n{done.stdout}{done.stderr}"
    return done.stdout
