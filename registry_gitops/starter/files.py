"""The starter config file, from a template, and the JSON Schema of config files."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Final, Literal

from pydantic import ValidationError

from registry_gitops.assets import read_template
from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import BITNAMI_URL, RegistryDeployment, describe_errors
from registry_gitops.errors import InputError
from registry_gitops.facts import ObjectNames
from registry_gitops.filenames import SCHEMA_FILE
from registry_gitops.render import path_in_repository
from registry_gitops.schema import config_schema, format_schema
from registry_gitops.version import __version__

SourceType = Literal["git", "helm", "oci"]
"""Type of the source of the chart."""

_PATH_KNOWN: Final = "This directory, from the root of the repository."
_PATH_UNKNOWN: Final = "No Git repository was found here: write the path of this directory from the root of yours."
_URL_KNOWN: Final = "Its URL."
_URL_UNKNOWN: Final = (
    "The documented repository. This chart was never published in it: write the URL of one to which you pushed it."
)


def starter_files(
    directory: Path | str,
    source: SourceType,
    *,
    url: str | None = None,
    name: str = "docker-registry",
    namespace: str = "docker-registry",
    python: bool = False,
) -> dict[str, str]:
    """Return the files for `directory` as name -> text: registry.yaml and its JSON Schema, or registry.py.

    `url` is that of the Helm repository, or of the chart in an OCI registry; the source `git` has none. Reads only
    where `directory`, which need not exist, is in its Git repository. Raises InputError for what no deployment can
    have; the key of each problem is `name`, `namespace`, `url`, or, for `directory`, `path`.
    """
    path = path_in_repository(Path(directory))
    names = ObjectNames(_deployment(source, url, path or ".", name, namespace))
    suffix, quote = ("py", _python) if python else ("yaml", _yaml)
    words = {
        "schema": SCHEMA_FILE,
        "secret": names.users_secret,
        "secret_namespace": names.target_namespace,
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
    return files if python else {**files, SCHEMA_FILE: format_schema(config_schema())}


def _deployment(source: SourceType, url: str | None, path: str, name: str, namespace: str) -> RegistryDeployment:
    options = {"path": path} if source == "git" else {"url": url} if url else {}
    data = {"name": name, "namespace": namespace, "source": {"type": source, **options}}
    try:
        return RegistryDeployment.model_validate(data)
    except ValidationError as error:
        found = describe_errors(error, data=data)
        raise InputError(found).with_keys({"source.path": "path", "source.url": "url"}) from None


def _template(name: str) -> Template:
    return Template(read_template(f"init/{name}.tmpl"))


def _yaml(text: str) -> str:
    return dump_yaml({"_": text}).removeprefix("_: ").rstrip("\n")


def _python(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
