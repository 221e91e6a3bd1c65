"""The files of an import: the config file, its schema, and the Secrets, which Git ignores until they are encrypted."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.facts import ObjectNames
from registry_gitops.filenames import CONFIG_FILES, SCHEMA_FILE
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.import_report import ImportReport
from registry_gitops.manifests import ObjectMeta
from registry_gitops.schema import config_schema, format_schema
from registry_gitops.secrets import Secret
from registry_gitops.starter import create_files

CONFIG: str = CONFIG_FILES[0]
_IGNORE: str = ".gitignore"


@dataclass(frozen=True)
class Imported:
    """The result of an import, before anything is written."""

    report: ImportReport
    files: Mapping[str, str] = field(repr=False)
    """Name -> text; texts of Secrets are among them."""
    ignored: tuple[str, ...] = ()
    """Names of the files that Git must ignore."""


def files_of(draft: ConfigDraft, deployment: RegistryDeployment, source: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the files of an import as name -> text, and the names of those that Git must ignore."""
    head = f"# yaml-language-server: $schema={SCHEMA_FILE}\n#\n# Imported from {_on_one_line(source)}.\n\n"
    files = {CONFIG: head + dump_yaml(deployment.to_config_dict()), SCHEMA_FILE: _schema()}
    namespace, secrets = ObjectNames(deployment).target_namespace, {}
    for name, content in draft.secrets.items():
        secret = Secret(metadata=ObjectMeta(name=name, namespace=namespace), string_data=content)
        secrets[plain_file(name)] = dump_yaml(secret.to_manifest_dict())
    return {**files, **secrets}, tuple(secrets)


def _on_one_line(path: str) -> str:
    return path if path.isprintable() else repr(path)


@functools.cache
def _schema() -> str:
    return format_schema(config_schema())


def plain_file(secret: str) -> str:
    """Return the name of the file of a Secret that is not encrypted."""
    return f"{secret}.plain.yaml"


def next_steps(draft: ConfigDraft, directory: Path) -> list[str]:
    """Return the commands right after an import: encrypt the Secrets, then render."""
    steps = []
    for name in draft.secrets:
        encrypted = f"{name}.sops.yaml"
        plain, output = (quote(str(directory / file)) for file in (plain_file(name), encrypted))
        # A rule of .sops.yaml that is for files like the encrypted one applies, and a failure leaves no empty file.
        options = f"--encrypted-regex '^(data|stringData)$' --filename-override {output} --output {output}"
        steps += [
            f"# Encrypt the Secret {name}, for the keys of your .sops.yaml, and remove the file that is not encrypted:",
            f"sops encrypt {options} {plain} && rm {plain}",
            f"# Add {encrypted} to kustomization.resources in {directory / CONFIG}, and set `spec.decryption` of the "
            "Flux Kustomization that applies it.",
        ]
    return [*steps, f"registry-gitops render {quote(str(directory / CONFIG))}"]


def write_import(imported: Imported, directory: Path) -> None:
    """Write the files of an import to a directory: all of them, or none. Raises InputError as `create_files` does.

    Git ignores the Secrets before they are there.
    """
    ignored = _read_ignored(directory)
    lines = [name for name in imported.ignored if name not in (ignored or "").splitlines()]
    if ignored is None:
        new = {_IGNORE: "".join(f"{name}\n" for name in lines)} if lines else {}
        create_files({**new, **imported.files}, directory)
    else:
        with _more_ignored(directory / _IGNORE, ignored, lines):
            create_files(imported.files, directory)
    for name in imported.ignored:
        (directory / name).chmod(0o600)


def _read_ignored(directory: Path) -> str | None:
    try:
        return (directory / _IGNORE).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise InputError.single("cannot be read", directory / _IGNORE) from None


@contextmanager
def _more_ignored(path: Path, before: str, lines: list[str]) -> Iterator[None]:
    """Add lines to a .gitignore, which is as it was if what follows fails."""
    if lines:
        path.write_text("\n".join([*before.splitlines(), *lines, ""]), "utf-8", newline="\n")
    try:
        yield
    except InputError:
        if lines:
            path.write_text(before, "utf-8", newline="")
        raise
