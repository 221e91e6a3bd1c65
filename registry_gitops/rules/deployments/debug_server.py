"""The debug server shows secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def debug_server(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Other Pods can reach the debug server.

    Why: it shows http.secret and the password of Redis at /debug/vars, and profiles the process for everyone.

    Source: https://distribution.github.io/distribution/about/configuration/#debug

    Bad: `configuration.http.debug.addr: ":5001"`   Good: `metrics.enabled: true`, which serves the metrics only
    """
    http = deployment.values.effective_configuration.http
    address = (http and http.debug and http.debug.addr) or ""
    if address and not re.match(r"127\.|localhost:|\[::1\]", address):
        yield (
            "values.configuration.http.debug.addr",
            f"the debug server at {address} shows secrets to every Pod: write 127.0.0.1:5001, or remove it and set "
            "metrics.enabled to true",
        )
