"""The real registry on what Helm rendered: its config.yml, the environment of its container, and files of Secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from registry_gitops.values import RegistryValues
from tests.support.helm import Chart, Rendered
from tests.support.registry import RealRegistry

Secrets = Mapping[str, Mapping[str, str]]
"""Name of a Secret -> key -> its value."""


def start_pod(
    chart: Chart,
    run: Callable[..., RealRegistry],
    folder: Path,
    values: Mapping[str, Any],
    secrets: Secrets,
    image_files: Mapping[str, Path] | None = None,
) -> RealRegistry:
    """Return the registry of one Pod, not started yet: the models accept `values`, and Helm renders them.

    `image_files` are files that are in the image, by their paths there.
    """
    RegistryValues.model_validate(values)
    rendered = chart.render(**values)
    files = mounted_files(rendered, secrets, folder) | dict(image_files or {})
    htpasswd = files.pop("/auth/htpasswd", None)
    return run(
        rendered.config_text,
        environment=environment(rendered, secrets),
        htpasswd=htpasswd.read_text() if htpasswd else "",
        files=files,
    )


def environment(rendered: Rendered, secrets: Secrets) -> dict[str, str]:
    """Return the variables of the container, as the kubelet would set them."""
    found = {}
    for variable in rendered.container["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if reference is None:
            found[variable["name"]] = variable["value"]
        elif reference["key"] in secrets[reference["name"]] or not reference.get("optional"):
            found[variable["name"]] = secrets[reference["name"]][reference["key"]]
    return found


def mounted_files(rendered: Rendered, secrets: Secrets, folder: Path) -> dict[str, Path]:
    """Return the files of mounted Secrets, written to `folder`, by their paths in the container."""
    volumes = {volume["name"]: volume for volume in rendered.pod["volumes"]}
    found = {}
    for mount in rendered.container["volumeMounts"]:
        for name, item in _items(volumes[mount["name"]]):
            file = folder / f"{mount['name']}-{item['path']}"
            file.write_text(secrets[name][item["key"]])
            is_single = mount.get("subPath") == item["path"]
            if is_single or "subPath" not in mount:
                found[mount["mountPath"] if is_single else f"{mount['mountPath']}/{item['path']}"] = file
    return found


def _items(volume: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Return the name of the Secret and each item of a volume; () for other volumes than those of Secrets."""
    if "secret" in volume:
        return [(volume["secret"]["secretName"], item) for item in volume["secret"].get("items", ())]
    sources = [source["secret"] for source in volume.get("projected", {}).get("sources", ()) if "secret" in source]
    return [(source["name"], item) for source in sources for item in source["items"]]
