"""Runs the registry of one config file, and compares it with the promises of the same or of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from registry_gitops import RegistryDeployment
from registry_gitops.report import Report
from registry_gitops.smoke import CHECKS, Check, Expectations, Options, connect, run_checks
from registry_gitops.target import read_promises
from registry_gitops.values import RegistryValues
from tests.smoke.servers.fleet import PASSWORD, USER, htpasswd
from tests.support.certificate import Certificate
from tests.support.registry import RealRegistry
from tests.support.tools import tool

PROMISES: Final = tuple(check for check in CHECKS if check.id.startswith("promised-"))
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """A registry as its clients reach it."""

    url: str
    login: bool = False
    """Whether the client sends the credentials of `USER`."""
    ca_file: Path | None = None
    verified: bool = True
    promised: Mapping[str, Any] = field(default_factory=dict)
    """Promises that are known only once it runs, or that loopback hides."""


Starting = Callable[[Path, ExitStack], Seen]
"""Starts a registry with a directory of its own, and ends it with the stack."""


def merge(base: Values, over: Values) -> dict[str, Any]:
    """Return values with others over them, key by key."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def start(
    values: Values, folder: Path, stack: ExitStack, *, binary: str = "registry", data: str = "data", **more: Any
) -> RealRegistry:
    """Start the registry that the chart deploys with these values, with more of config.yml over it."""
    configuration = RegistryValues.model_validate(values).rendered_configuration.to_config_dict()
    config = {"version": 0.1, **merge(configuration, more), "log": {"level": "error", "accesslog": {"disabled": True}}}
    tls = config["http"].get("tls")
    environment = {"OTEL_TRACES_EXPORTER": "none"}
    if tls:
        certificate = folder / "tls.crt"
        files = {"/tls/tls.crt": certificate, "/tls/tls.key": folder / "tls.key", "/client-cas/ca.crt": certificate}
    else:
        files = {}
    place = folder / data
    place.mkdir(exist_ok=True)
    text = yaml.safe_dump(config)
    users = htpasswd() if "htpasswd" in config.get("auth", {}) else ""
    real = RealRegistry(tool(binary), text, htpasswd=users, files=files, environment=environment, data=place)
    return stack.enter_context(real)


def serve(values: Values, *, path: str = "", binary: str = "registry", **more: Any) -> Starting:
    """Return how to start a registry with these values, and how its clients reach it."""

    def starting(folder: Path, stack: ExitStack) -> Seen:
        registry = start(values, folder, stack, binary=binary, **more)
        login = bool(values.get("auth", {}).get("htpasswd"))
        trusted = folder / "tls.crt" if registry.url.startswith("https") else None
        return Seen(f"{registry.url}{path}", login, trusted)

    return starting


def compare(described: Values | Expectations, seen: Seen, checks: Sequence[Check] = PROMISES) -> Report:
    """Return the report of some checks, by default those of all promises."""
    user, password = (USER, PASSWORD) if seen.login else (None, None)
    ca_file = str(seen.ca_file) if seen.ca_file else None
    with connect(
        seen.url, username=user, password=password, ca_file=ca_file, insecure_skip_tls_verify=not seen.verified
    ) as client:
        options = Options(expectations=expectations_of(described, seen))
        return run_checks(client, checks, options=options)


def expectations_of(described: Values | Expectations, seen: Seen) -> Expectations:
    """Return what a config file with these values promises."""
    if isinstance(described, Expectations):
        return described
    promised = read_promises(RegistryDeployment.model_validate({"values": described}), seen.url, "registry.yaml")
    return replace(promised, **seen.promised)


def make_tls(folder: Path, made: Certificate) -> None:
    """Put a certificate where `start` expects that of the Pod."""
    (folder / "tls.crt").write_bytes(made.certificate.read_bytes())
    (folder / "tls.key").write_bytes(made.key.read_bytes())
