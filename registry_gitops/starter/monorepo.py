"""The layout `monorepo`: apps/base has what all environments have in common, and clusters/ what Flux applies where."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registry_gitops.filenames import KUSTOMIZATION_FILES
from registry_gitops.render import path_in_repository
from registry_gitops.starter.config_template import ConfigTemplate, fill_template, quote_yaml
from registry_gitops.starter.editor_schema import EditorSchema
from registry_gitops.starter.options import Starter, StarterOptions

_BASE: Final = "apps/base"
_CHART: Final = "charts/docker-registry"
_ENVIRONMENTS: Final = ("staging", "production")
_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def monorepo_starter(directory: Path, options: StarterOptions) -> Starter:
    """Return a config file for the base, and one for each environment that extends it.

    The environments are those of apps/, or the clusters of clusters/; in a directory without both, staging and
    production. An environment is deployed to the cluster of its name, and to those of its name with a suffix.
    """
    root = Path("/") / (path_in_repository(directory) or ".")
    chart = _chart_directory(directory)
    schema = EditorSchema.find(directory, options.schema)
    template = ConfigTemplate(directory / _BASE / options.name, options, schema)
    # The environments are as deep as the base, so the path of the schema is the same.
    words = {"schema": template.words["schema"], "chart": quote_yaml((root / chart).as_posix())}
    source = "git-shared" if options.source == "git" else options.source
    files = {f"{_BASE}/{options.name}/{template.name}": template.fill(source, "flux-common", **words)}
    clusters = _list_directories(directory / "clusters")
    for environment in _environments(directory) or clusters or _ENVIRONMENTS:
        path = f"apps/{environment}/{options.name}"
        names = [each for each in clusters if _is_of(each, environment)] or [environment]
        words |= {
            "environment": environment,
            "base": quote_yaml(f"../../base/{options.name}/{template.name}"),
            "path": quote_yaml((root / path).as_posix().lstrip("/")),
            "clusters": quote_yaml(names if root == Path("/") else _cluster_files(names, root, options)),
        }
        files[f"{path}/{template.name}"] = fill_template(f"environment-{_kind(options)}.yaml", words)
    steps = _steps(directory, chart, options, has_clusters=bool(clusters))
    return Starter({**files, **schema.files}, tuple(steps))


def _chart_directory(directory: Path) -> str:
    """Return where the chart is: in apps/, which Flux reads in any case, if a file says what Flux leaves out."""
    return f"{_BASE}/{_CHART}" if (directory / ".sourceignore").exists() else _CHART


def _cluster_files(names: list[str], root: Path, options: StarterOptions) -> dict[str, dict[str, str]]:
    """Return the clusters of a directory that is not the root of the repository, where clusters/ would be else."""
    return {name: {"file": (root / "clusters" / name / f"{options.name}.yaml").as_posix()} for name in names}


def _kind(options: StarterOptions) -> str:
    return "git" if options.source == "git" else "published"


def _environments(directory: Path) -> list[str]:
    """Return the directories of apps/ that kustomize builds, or that have a config file of another registry."""
    apps = directory / "apps"
    return [name for name in _list_directories(apps) if name != "base" and _is_environment(apps / name)]


def _is_environment(directory: Path) -> bool:
    kustomizations = (directory / name for name in KUSTOMIZATION_FILES)
    return any(path.is_file() for path in (*kustomizations, *directory.glob("*/registry.yaml")))


def _is_of(cluster: str, environment: str) -> bool:
    return cluster == environment or cluster.startswith(f"{environment}-")


def _list_directories(directory: Path) -> list[str]:
    """Return the names of the directories in a directory, sorted; without names that a path cannot have in YAML."""
    found = (path.name for path in directory.glob("*") if path.is_dir() and _NAME.fullmatch(path.name))
    return sorted(found)


def _steps(directory: Path, chart: str, options: StarterOptions, *, has_clusters: bool) -> Iterator[str]:
    if options.source == "git" and not (directory / chart).exists():
        yield f"run `registry-gitops chart write {shlex.quote(str(directory / chart))}`"
    yield f"read {directory / _BASE / options.name / 'registry.yaml'} and the files that extend it"
    yield f"run `registry-gitops render {shlex.quote(str(directory / 'apps'))}`"
    if not has_clusters:
        yield "let Flux in each cluster apply its directory in clusters/, for example with `flux bootstrap`"
