"""The starter config file, from its templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any, Final

from pydantic import ValidationError

from registry_gitops.assets import read_template
from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import BITNAMI_URL, RegistryDeployment, describe_errors
from registry_gitops.errors import InputError
from registry_gitops.facts import ObjectNames
from registry_gitops.render import path_in_repository
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import StarterOptions
from registry_gitops.version import __version__

_PATH_KNOWN: Final = "This directory, from the root of the repository."
_PATH_UNKNOWN: Final = "No Git repository was found here: write the path of this directory from the root of yours."
_RENEWAL: Final = "; after an upgrade, renew it with `registry-gitops schema >{}`"
_URL_KNOWN: Final = "Its URL."
_URL_UNKNOWN: Final = (
    "The documented repository. This chart was never published in it: write the URL of one to which you pushed it."
)


class ConfigTemplate:
    """The config file of a directory, which need not exist.

    Raises InputError for what no deployment can have; the key of each problem is `name`, `namespace`, `url`, `schema`,
    or, for the directory, `path`.
    """

    def __init__(self, directory: Path, options: StarterOptions, schema: EditorSchema) -> None:
        path = path_in_repository(directory)
        names = ObjectNames(_deployment(options, path or "."))
        schema_name = schema.name_from(directory)
        self._suffix = "py" if options.python else "yaml"
        quote = _quote_python if options.python else quote_yaml
        self.words = {
            "schema": schema_name,
            "renewal": "" if schema.is_published else _RENEWAL.format(schema_name),
            "secret": names.users_secret,
            "secret_namespace": names.target_namespace,
            "path_note": _PATH_KNOWN if path else _PATH_UNKNOWN,
            "url_note": _URL_KNOWN if options.url else _URL_UNKNOWN,
            "name": quote(options.name),
            "namespace": quote(options.namespace),
            "path": quote(path or "."),
            "url": quote(options.url or BITNAMI_URL),
            "version": quote(__version__),
            "git_name": quote("flux-system"),
            "git_namespace": quote("flux-system"),
        }
        """What the templates are filled with: word -> YAML, or Python."""

    @property
    def name(self) -> str:
        """Name of the file."""
        return f"registry.{self._suffix}"

    def fill(self, source: str, *more: str, **words: str) -> str:
        """Return the text, with the section of `source`, and of the templates `more` after it. `words` replace some."""
        sections = (self._section(name, words) for name in (source, *more))
        return fill_template(self.name, {**self.words, **words, "source": "\n\n".join(sections)})

    def _section(self, name: str, words: Mapping[str, str]) -> str:
        return fill_template(f"{name}.{self._suffix}", {**self.words, **words}).rstrip("\n")


def fill_template(name: str, words: Mapping[str, str]) -> str:
    """Return the text of a template with its words."""
    return Template(read_template(f"init/{name}.tmpl")).substitute(words)


def quote_yaml(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, str):
        return dump_yaml({"_": value}).removeprefix("_: ").rstrip("\n")
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{quote_yaml(key)}: {quote_yaml(each)}' for key, each in value.items())}}}"
    return f"[{', '.join(map(quote_yaml, value))}]"


def _quote_python(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _deployment(options: StarterOptions, path: str) -> RegistryDeployment:
    where = {"path": path} if options.source == "git" else {"url": options.url} if options.url else {}
    source = {"type": options.source, **where}
    data = {"name": options.name, "namespace": options.namespace, "source": source}
    try:
        return RegistryDeployment.model_validate(data)
    except ValidationError as error:
        found = describe_errors(error, data=data)
        raise InputError(found).with_keys({"source.path": "path", "source.url": "url"}) from None
