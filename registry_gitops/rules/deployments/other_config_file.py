"""The registry reads the chart's config.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_CHART_FILE: Final = "/etc/distribution/config.yml"
_PROGRAM: Final = r"(?:^|[/\s])(?:registry\s+serve|entrypoint\.sh(?:\s+serve)?)(?!\S)(?:\s+([^\s;&|\"']+))?"


def other_config_file(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """`command` or `args` start the registry with another config file than that of the chart, or with none.

    Why: the values set up a config.yml that nothing reads then: the login, the storage, and the ports are those of the
    other file. Without a file, the registry exits.

    Source: https://distribution.github.io/distribution/about/configuration/

    Bad: `command: [registry, serve, /custom/config.yml]`   Good: `configuration`, with the keys that differ
    """
    values = deployment.values
    key = "values.command" if values.command else "values.args"
    program = values.command or (("/entrypoint.sh",) if values.args else ())
    found = re.search(_PROGRAM, " ".join((*program, *values.args)))
    if not found or found[1] == _CHART_FILE:
        return
    if found[1] is None:
        yield key, f"the registry exits without a config file: add {_CHART_FILE} behind serve"
    elif re.search(r"\.ya?ml$", found[1]):
        yield (
            key,
            f"the registry reads another file than the config.yml of the chart, so most values have no effect: write "
            f"{_CHART_FILE}, and set configuration for what differs",
        )
