"""What `init` writes: a description that spells out the documented deployment, and the schema for the editor."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final

from pydantic import ValidationError

from registry_gitops.cli.filenames import CONFIGS, SCHEMA, SourceType
from registry_gitops.codec import dump
from registry_gitops.deployment import BITNAMI_URL, RegistryDeployment
from registry_gitops.errors import InputError, Problem
from registry_gitops.render import assets, path_in_repository
from registry_gitops.schema import config_schema
from registry_gitops.schema import text as schema_text
from registry_gitops.version import __version__

_OPTIONS: Final[dict[int | str, str]] = {"name": "--name", "namespace": "--namespace", "url": "--url", "path": "DIR"}
_PATH_KNOWN: Final = "This folder, counted from the root of the repository."
_PATH_UNKNOWN: Final = "No Git repository was found here: write the path of this folder from the root of yours."
_URL_KNOWN: Final = "Its address."
_URL_UNKNOWN: Final = (
    "The documented repository. This chart was never published in it: write the address of one to which you pushed it."
)


def starter(
    folder: Path, source: SourceType, *, url: str | None, name: str, namespace: str, python: bool
) -> dict[str, str]:
    """The files for `folder`: name -> text. `url` is that of the Helm repository, or of the chart in an OCI registry.

    Raises InputError for a name or a URL that no deployment can have.
    """
    path = path_in_repository(folder)
    deployment = _deployment(source, url, path or ".", name, namespace)
    suffix, quote = ("py", _python) if python else ("yaml", _yaml)
    words = {
        "schema": SCHEMA,
        "secret": deployment.users_secret,
        "secret_namespace": deployment.target_namespace,
        "path_note": _PATH_KNOWN if path else _PATH_UNKNOWN,
        "url_note": _URL_KNOWN if url else _URL_UNKNOWN,
        "name": quote(name),
        "namespace": quote(namespace),
        "path": quote(path or "."),
        "url": quote(url or BITNAMI_URL),
        "version": quote(__version__),
    }
    words["source"] = _template(f"{source}.{suffix}").substitute(words).rstrip("\n")
    files = {f"registry.{suffix}": _template(f"registry.{suffix}").substitute(words)}
    return files if python else {**files, SCHEMA: schema_text(config_schema())}


def save(files: Mapping[str, str], folder: Path) -> None:
    """Write all of `files` or, with an InputError, none: where one of them, or a description, is there already."""
    there = [name for name in dict.fromkeys((*CONFIGS, *files)) if (folder / name).exists()]
    if there:
        raise InputError(Problem("exists already, and is not overwritten", str(folder / name)) for name in there)
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        with contextlib.suppress(OSError):
            for path in written:
                path.unlink()
            for parent in missing:
                parent.rmdir()
        raise InputError.of(
            f"cannot be written: {error.strerror}; nothing was changed", error.filename or folder
        ) from None


def _deployment(source: SourceType, url: str | None, path: str, name: str, namespace: str) -> RegistryDeployment:
    place = {"path": path} if source is SourceType.GIT else {"url": url} if url else {}
    try:
        return RegistryDeployment.model_validate(
            {"name": name, "namespace": namespace, "source": {"type": source.value, **place}}
        )
    except ValidationError as error:
        found = [Problem(detail["msg"], path=_OPTIONS[detail["loc"][-1]]) for detail in error.errors()]
        raise InputError(found) from None


def _template(name: str) -> Template:
    return Template(assets.text(f"init/{name}.tmpl"))


def _yaml(text: str) -> str:
    return dump({"_": text}).removeprefix("_: ").rstrip("\n")


def _python(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
