"""The chart as the real Helm renders it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "templates" / "chart" / "docker-registry"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """What one `helm template` gave, object by object."""

    objects: tuple[dict[str, Any], ...]

    def find(self, kind: str, name: str = "docker-registry") -> list[dict[str, Any]]:
        """The objects of this kind and name: none or one."""
        return [found for found in self.objects if (found["kind"], found["metadata"]["name"]) == (kind, name)]

    def __getitem__(self, kind: str) -> dict[str, Any]:
        (found,) = self.find(kind)
        return found

    @property
    def pod(self) -> dict[str, Any]:
        """The Pod's spec in the Deployment."""
        return dict(self["Deployment"]["spec"]["template"]["spec"])

    @property
    def container(self) -> dict[str, Any]:
        """The registry's container."""
        (found,) = self.pod["containers"]
        return dict(found)

    @property
    def config_text(self) -> str:
        """config.yml as the registry would read it."""
        return str(self["ConfigMap"]["data"]["config.yml"])

    @property
    def config(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.config_text))


@dataclass(frozen=True)
class Chart:
    """The chart, and the Helm that renders it as release `docker-registry` in namespace `docker-registry`."""

    helm: Path

    def run(self, command: str, *arguments: str, values: Values | None = None) -> subprocess.CompletedProcess[str]:
        """One call of Helm on the chart; `values` go in as a values file."""
        release = [] if command == "lint" else ["docker-registry"]
        return subprocess.run(
            [self.helm, command, *release, CHART, "-n", "docker-registry", *arguments, "-f", "-"],
            input=json.dumps(values or {}),
            capture_output=True,
            text=True,
            check=False,
            # It ends before a collection of garbage pays: a sixth less CPU, for 100 MB instead of 64.
            env={**os.environ, "GOGC": "off"},
        )

    def text(self, *arguments: str, values: Values | None = None) -> str:
        """What `helm template` prints."""
        done = self.run("template", *arguments, values=values)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def render(self, **values: Any) -> Rendered:
        return Rendered(tuple(found for found in yaml.load_all(self.text(values=values), yaml.CSafeLoader) if found))

    def refusal(self, **values: Any) -> str:
        """What Helm says of values that it must refuse."""
        done = self.run("template", values=values)
        assert done.returncode != 0, "rendered, although it must be refused"
        assert done.stdout == ""
        return done.stderr

    def notes(self, **values: Any) -> str:
        """What Helm tells the user after the installation."""
        done = self.run("install", "--dry-run=client", values=values)
        assert done.returncode == 0, done.stderr
        return done.stdout.partition("\nNOTES:\n")[2]
