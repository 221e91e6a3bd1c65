"""Find the config files below directories, without those that others only extend."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.deployment.config_text import EXTENDS, read_config_text
from registry_gitops.documents import find_files
from registry_gitops.filenames import CHECKSUM_FILE, CONFIG_FILES, CONFIG_KEYS, SCHEMA_FILE

_RELEASE_FILE: Final = "helmrelease.yaml"
"""The file that is rendered for every deployment."""

_SECTIONS: Final = CONFIG_KEYS - {"name", "namespace"}
"""Keys that other files seldom have."""

_KEY: Final = re.compile(r"^([A-Za-z_][\w.-]*):", re.MULTILINE)
"""A key at the top level of a YAML file in block style."""

_MANIFEST_KEYS: Final = frozenset({"apiVersion", "kind"})
"""What a manifest of Kubernetes has, and no config file: both can be called registry.yaml."""

_EXTENDS: Final = re.compile(rf"^{EXTENDS}: *([^\s'\"#]+) *$", re.MULTILINE)
"""The key as most files have it: found without reading the whole file as YAML, which takes milliseconds."""


_PROGRAM: Final = re.compile(
    r"registry_gitops|^(deployments?\b[^=\n]*=|from .* import .*\bdeployments?\b)", re.MULTILINE
)
"""What a program has that is a config file: it can import all else from a directory above."""


@dataclass(frozen=True)
class FoundConfigs:
    """The config files that were named, and those below the directories that were named."""

    paths: tuple[Path, ...]
    bases: tuple[Path, ...] = ()
    """Config files that others extend, and from which nothing was rendered: they can be incomplete."""
    others: Mapping[Path, str] = field(default_factory=dict)
    """Files of the same names that seem to be something else, such as values of a chart -> a key that is not ours."""
    rendered: tuple[Path, ...] = ()
    """Directories that have rendered files, and no config file."""


def find_configs(paths: Iterable[Path | str]) -> FoundConfigs:
    """Return the files of `paths`, then the config files below the directories of `paths`, each once.

    Hidden directories, and those that Git ignores, are left out, and so are manifests and programs of the same names.
    Raises InputError for a path that cannot be read.
    """
    named, directories = list[Path](), list[str]()
    for path in map(Path, paths):
        if _is_directory(path):
            directories.append(str(path))
        else:
            named.append(path)
    named = _once(named)
    below, rendered = _walk(directories)
    below = _once(below, named) if named else below
    texts = {each: read_config_text(each) for each in below}
    extended = find_extended({each: _find_extends(text) for each, text in texts.items() if each.suffix != ".py"})
    others = {each: key for each, text in texts.items() if each not in extended and (key := _foreign_key(each, text))}
    ours = [each for each in texts if each not in others]
    bases = {each: None for each in ours if each in extended and not _is_rendered(each)}
    unclear = {each: key for each, key in others.items() if key not in _MANIFEST_KEYS and each.suffix != ".py"}
    return FoundConfigs((*named, *(each for each in ours if each not in bases)), tuple(bases), unclear, rendered)


def find_rendered(directory: Path) -> tuple[Path, ...]:
    """Return the directories below one that have rendered files, and no config file. Raises InputError as above."""
    return _walk([str(directory)])[1]


def _walk(directories: Iterable[str]) -> tuple[list[Path], tuple[Path, ...]]:
    """Return what can be config files below directories, and the directories with rendered files, and without any."""
    found = [Path(path) for path in find_files(directories, (*CONFIG_FILES, _RELEASE_FILE))]
    configs = [path for path in found if path.name in CONFIG_FILES]
    with_config = {path.parent for path in configs}
    releases = [path for path in found if path.name == _RELEASE_FILE and path.parent not in with_config]
    return configs, tuple(path.parent for path in releases if _is_rendered(path))


def find_extended(extends: Mapping[Path, str]) -> set[Path]:
    """Return the config files that others extend. `extends` has what each one extends, as it is written in it, or "".

    What is extended can be incomplete: it is a config file of its own only if files were rendered from it. Those that
    only extend each other, or themselves, are not among them, so that this is told.
    """
    bases = {os.path.normpath(path): os.path.normpath(path.parent / base) for path, base in extends.items() if base}
    extended: set[str] = set()
    for file in bases.keys() - set(bases.values()):
        base = bases[file]
        while base and base not in extended:
            extended.add(base)
            base = bases.get(base, "")
    return {path for path in extends if os.path.normpath(path) in extended}


def _once(paths: Iterable[Path], without: Iterable[Path] = ()) -> list[Path]:
    """Return the first path of each config file, without those of others. A link to a file is another config file."""
    places = {_place(path): path for path in without}
    return [path for path in paths if places.setdefault(_place(path), path) is path]


def _place(path: Path) -> tuple[str, str]:
    try:
        return os.path.realpath(path.parent), path.name
    except ValueError:  # a NUL byte, which is told when the file is read
        return str(path.parent), path.name


def _is_directory(path: Path) -> bool:
    """Return False also for a path that cannot be looked at: what is wrong with it is told when it is read."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _foreign_key(path: Path, text: str) -> str:
    """Return a key, or for a program its name, if a file is none of ours; else "".

    A file that names our schema, has a section of ours, or was rendered, is ours: there the key is a mistake.
    """
    if path.suffix == ".py":
        return "" if _PROGRAM.search(text) else path.name
    keys = dict.fromkeys(_KEY.findall(text))
    foreign = next((key for key in keys if key in _MANIFEST_KEYS), "")
    if foreign or keys.keys() & _SECTIONS or SCHEMA_FILE in text.partition("\n")[0] or _is_rendered(path):
        return foreign
    return next((key for key in keys if key not in CONFIG_KEYS), "")


def _find_extends(text: str) -> str:
    """Return what a config file extends, or "". What is wrong with it is told when it is read."""
    if EXTENDS not in text:
        return ""
    match = _EXTENDS.search(text)
    if match:
        return match[1]
    try:
        value = load_yaml(text).value
    except YAMLError:
        return ""
    base = value.get(EXTENDS) if isinstance(value, dict) else None
    return base if isinstance(base, str) else ""


def _is_rendered(config: Path) -> bool:
    """Return whether files were rendered to the directory of a config file."""
    return (config.parent / CHECKSUM_FILE).is_file()
