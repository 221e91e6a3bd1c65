"""The real registry on a config.yml as the chart makes it: `configuration`, merged over the chart's own."""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops.values.configuration.storage import DRIVERS
from tests.support.registry import RealRegistry

CHART = """
version: 0.1
log: {level: info, formatter: text, accesslog: {disabled: false}}
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: false}
  maintenance: {uploadpurging: {enabled: true, age: 168h, interval: 24h, dryrun: false}}
  cache: {blobdescriptor: inmemory}
http: {addr: ":5000", relativeurls: true, draintimeout: 60s, headers: {X-Content-Type-Options: [nosniff]}}
health: {storagedriver: {enabled: true, interval: 10s, threshold: 3}}
"""


@dataclass(frozen=True)
class Distribution:
    """The registry's binary, and how it takes a configuration."""

    binary: Path

    def serve(self, configuration: Mapping[str, Any], **environment: str) -> RealRegistry:
        """A registry that serves `configuration`, merged over what the chart makes; a context manager."""
        made = yaml.safe_load(CHART)
        if set(configuration.get("storage", {})) & set(DRIVERS):
            del made["storage"]["filesystem"]
        # JSON is YAML.
        config = json.dumps(merged(made, configuration))
        return RealRegistry(self.binary, config, environment={"OTEL_TRACES_EXPORTER": "none", **environment})

    def last_words(self, configuration: Mapping[str, Any], **environment: str) -> str:
        """What the registry logs when it stops at `configuration`."""
        with pytest.raises(RuntimeError) as caught, self.serve(configuration, **environment):
            pass
        return str(caught.value)


def merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` merged over `base`: maps key by key, anything else replaces."""
    result = copy.deepcopy(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below if isinstance(below, dict) else {}, value) if isinstance(value, Mapping) else value
    return result


def status(url: str) -> int:
    """The status that a GET of `url` is answered with."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            found: int = answer.status
            return found
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="session")
def distribution(tool: Callable[[str], Path]) -> Distribution:
    return Distribution(tool("registry"))
