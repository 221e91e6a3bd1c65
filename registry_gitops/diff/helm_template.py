"""The objects of a Helm release, from the user's own `helm template`, which reads no cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
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


def find_helm() -> str | None:
    """Return the path of the user's Helm, or None."""
    return shutil.which("helm")


def template_release(helm: str, release: HelmInput) -> tuple[PlainObject, ...]:
    """Return the objects of a release, without those of its tests. Raises HelmError."""
    with tempfile.TemporaryDirectory() as directory:
        chart = Path(directory, "chart")
        for path, text in release.chart.items():
            file = chart / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="")
        try:
            done = subprocess.run(  # noqa: S603 - a program on the user's PATH
                [helm, "template", release.name, str(chart), "--namespace", release.namespace, "--values", "-"],
                # YAML 1.2 contains JSON, which Helm reads without guesses of types.
                input=json.dumps(release.values),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_TIMEOUT,
                check=False,
                env=_environment(directory),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HelmError(f"helm cannot be run: {error}") from None
    if done.returncode:
        raise HelmError(_reason(done.stderr))
    try:
        return tuple(plain for plain in read_objects(done.stdout, "helm template") if not _is_test(plain))
    except YAMLError as error:
        raise HelmError(f"the chart renders to what is no YAML: {error.message}") from None


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
