"""The objects of a Helm release, from the user's own `helm template`, which reads no cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

from registry_gitops.codec import YAMLError
from registry_gitops.diff.plain_objects import PlainObject, look_up, read_objects
from registry_gitops.masking import excerpt

_TIMEOUT: Final = 60.0
"""Seconds for one run of Helm, which takes a fifth of a second."""
_LONGEST: Final = 400
"""Maximum characters of a message of Helm."""


class HelmError(Exception):
    """Helm cannot render the chart. The text is the reason."""


@dataclass(frozen=True)
class HelmInput:
    """All that the objects of a release depend on."""

    name: str
    namespace: str
    values: Mapping[str, Any] = field(repr=False)
    chart: Mapping[str, str] = field(repr=False)
    """Path -> text of the files of the chart."""
    post_renderers: tuple[Mapping[str, Any], ...] = ()
    """What changes the objects after Helm, as in a HelmRelease."""

    @property
    def has_variables(self) -> bool:
        """Whether Flux substitutes in the values."""
        return "${" in json.dumps(self.values)


class Helm:
    """The user's Helm, which renders charts without a look at any cluster."""

    def __init__(self, program: str, directory: Path) -> None:
        """Use a program, and a directory for charts."""
        self._program = program
        self._directory = directory
        self._charts = list[tuple[Mapping[str, str], Path]]()
        self._lock = Lock()

    def template(self, release: HelmInput) -> tuple[PlainObject, ...]:
        """Return the objects of a release, without those of its tests. Raises HelmError."""
        options = ["--namespace", release.namespace, "--values", "-"]
        if release.has_variables:  # The schema of a number refuses the name of a variable.
            options.append("--skip-schema-validation")
        try:
            done = subprocess.run(  # noqa: S603 - a program on the user's PATH
                [self._program, "template", release.name, str(self._write_chart(release.chart)), *options],
                # YAML 1.2 contains JSON, which Helm reads without guesses of types.
                input=json.dumps(release.values),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_TIMEOUT,
                check=False,
                env=_environment(str(self._directory)),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HelmError(f"helm cannot be run: {error}") from None
        if done.returncode:
            raise HelmError(_reason(done.stderr))
        try:
            return tuple(plain for plain in read_objects(done.stdout, "helm template") if not _is_test(plain))
        except YAMLError as error:
            raise HelmError(f"the chart renders to what is no YAML: {error.message}") from None

    def _write_chart(self, chart: Mapping[str, str]) -> Path:
        """Return a directory with the files of a chart. Many deployments have the same mapping."""
        with self._lock:
            for written, directory in self._charts:
                if written is chart:
                    return directory
            directory = self._directory / str(len(self._charts))
            for path, text in chart.items():
                file = directory / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8", newline="")
            self._charts.append((chart, directory))
            return directory


@contextmanager
def open_helm() -> Iterator[Helm | None]:
    """Open the user's Helm, if it is on PATH."""
    program = shutil.which("helm")
    with TemporaryDirectory() as directory:
        yield Helm(program, Path(directory)) if program else None


def _is_test(plain: PlainObject) -> bool:
    return "test" in look_up(plain, "metadata", "annotations", "helm.sh/hook", default="")


def _environment(directory: str) -> dict[str, str]:
    """Return the user's environment without the settings of Helm: no plugin, and no cluster, has a say."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("HELM_", "KUBE"))}
    return {**kept, "HELM_CACHE_HOME": directory, "HELM_CONFIG_HOME": directory, "HELM_DATA_HOME": directory}


def _reason(stderr: str) -> str:
    """Return the error of Helm on one line, without the stack of templates in front of the message of `fail`."""
    text = " ".join(stderr.split()).removeprefix("Error: ")
    return excerpt(text.rpartition("error calling fail: ")[2], _LONGEST)
