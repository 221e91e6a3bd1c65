"""The deployments before and after a commit: those that stay, that are new, that moved, and that are removed."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from registry_gitops.diff.committed_rendering import (
    RELEASE_FILE,
    AbandonedDirectory,
    find_abandoned,
    read_committed_files,
)
from registry_gitops.diff.current_state import CurrentState, broken_state, read_remains
from registry_gitops.diff.git_tree import GitTree
from registry_gitops.diff.kustomization_build import apply_kustomization
from registry_gitops.diff.plain_objects import key_of
from registry_gitops.diff.rendering import Rendering
from registry_gitops.errors import InputError
from registry_gitops.git_repository import find_work_tree

_SUSPENDED: Final = "the release was suspended, so the cluster can have other objects than the files: use --live"
_STAYS: Final = "no config file renders this directory any more, and Flux applies it until it is deleted"


@dataclass(frozen=True)
class Step:
    """A deployment before and after a commit."""

    before: Rendering
    after: CurrentState
    notes: tuple[str, ...] = ()
    """Remarks for the user."""
    applied: Rendering | None = None
    """What Flux applied last, if it is known, and `before` was suspended."""
    is_asked_for: bool = True
    """Whether the user asks for it; if not, it may only be where one of those comes from."""


def build_step(tree: GitTree, state: CurrentState) -> Step:
    """Return a deployment with what the revision has rendered of it."""
    if is_elsewhere(tree, state.directory):
        message = f"is not in the Git repository {tree.root}: compare one repository at a time"
        return _broken_step(state.config, InputError.single(message, state.config), state.name)
    step = _step(tree, state.directory, state)
    resumes = step.before.is_suspended and state.rendering.release and not state.rendering.is_suspended
    return _resume(tree, step) if resumes else step


def _resume(tree: GitTree, step: Step) -> Step:
    """Return a deployment with what Flux applied before the release was suspended, if the history tells it."""
    directory = step.after.directory
    for earlier in tree.find_earlier(posixpath.join(tree.place_of(directory), RELEASE_FILE)):
        rendering = _read_rendering(earlier, directory)
        if not rendering.is_suspended:
            note = f"the release was suspended: its objects are compared with those of commit {earlier.revision[:12]}"
            return replace(step, applied=rendering, notes=(note,))
    if tree.is_shallow:
        return replace(step, notes=(_SUSPENDED,))
    return replace(
        step, applied=Rendering({}, tree.read_below, ""), notes=("the release was suspended from the start",)
    )


def add_removals(
    tree: GitTree,
    steps: Sequence[Step],
    configs: Sequence[Path],
    directories: Sequence[Path],
    unchanged: Collection[Path] = (),
) -> Iterator[Step]:
    """Yield the steps, and one for each deployment that is removed; one that moved is neither removed nor new.

    Removed is what the config files have rendered in the revision, and what is below the directories. A deployment can
    come from any directory. `unchanged` are the config files that have no step, because nothing changes.
    """
    present = {
        *(tree.place_of(step.after.directory) for step in steps),
        *(tree.place_of(config.parent) for config in unchanged),
    }
    removals = list(_find_removals(tree, steps, configs, directories, present))
    for step in steps:
        origin = next((each for each in removals if not step.before.files and _is_same(each, step)), None)
        if origin is None:
            yield step
        else:
            removals.remove(origin)
            yield _join(origin, step)
    yield from (each for each in removals if each.is_asked_for and _is_worth_telling(each))


def _find_removals(
    tree: GitTree,
    steps: Sequence[Step],
    configs: Sequence[Path],
    directories: Sequence[Path],
    present: Collection[str],
) -> Iterator[Step]:
    named = {_place_of(tree, config): config for config in configs}
    compared = {_place_of(tree, step.after.config) for step in steps}
    broken = {_place_of(tree, step.after.config) for step in steps if step.after.problems}
    places = [tree.place_of(directory) for directory in directories]
    has_new = any(not step.before.files for step in steps)
    missing = {place: config for place, config in named.items() if not config.exists()}
    for each in find_abandoned(tree, present):
        is_asked_for = each.config in named or any(_is_below(each.place, place) for place in places)
        is_origin = has_new and not (tree.root / each.place).exists()
        if (is_asked_for or is_origin) and each.config not in broken:
            missing.pop(each.config, None)
            yield replace(_removal(tree, each, named, compared), is_asked_for=is_asked_for)
    for config in missing.values():
        message = f"no such file, and {tree.revision} has nothing that was rendered of it"
        yield _broken_step(config, InputError.single(message, config))


def _removal(tree: GitTree, found: AbandonedDirectory, named: dict[str, Path], compared: Collection[str]) -> Step:
    directory = Path(os.path.relpath(tree.root / found.place))
    config = named.get(found.config) or Path(os.path.relpath(tree.root / (found.config or found.place)))
    name = posixpath.relpath(found.place, posixpath.dirname(found.config) or ".") if found.config else "."
    after = CurrentState(config, "" if name == "." else name, Rendering({}, tree.read_below, ""))
    step = _step(tree, directory, after)
    if step.after.problems:
        return step
    is_gone = found.config in compared or bool(found.config and not config.exists())
    remains = read_remains(directory, step.before.files)
    return replace(step, after=replace(after, rendering=remains), notes=(_STAYS,) if is_gone and remains.files else ())


def _step(tree: GitTree, directory: Path, after: CurrentState) -> Step:
    try:
        return Step(_read_rendering(tree, directory), after)
    except InputError as error:
        return _broken_step(after.config, error, after.name)


def _read_rendering(tree: GitTree, directory: Path) -> Rendering:
    """Return what the revision has rendered to a directory. Raises InputError."""
    files, place = read_committed_files(tree, directory), tree.place_of(directory)
    return apply_kustomization(Rendering(files, tree.read_below, f"{tree.revision}:{directory}/", place))


def _broken_step(config: Path, error: InputError, name: str = "") -> Step:
    state = broken_state(config, error.findings, name)
    return Step(state.rendering, state)


def _is_same(removed: Step, step: Step) -> bool:
    """Return whether a directory of the revision is that of a deployment which has none there."""
    one, other = removed.before.release, step.after.rendering.release
    is_same_config = removed.after.config == step.after.config and not step.after.name
    return is_same_config or bool(one and other and key_of(one) == key_of(other))


def _join(origin: Step, step: Step) -> Step:
    title = ": ".join(filter(None, (str(origin.after.config), origin.after.name)))
    stays = bool(origin.after.rendering.files)
    note = f"compared with what {title} rendered" if stays else f"moved from {title}"
    return Step(origin.before, step.after, (note,))


def is_elsewhere(tree: GitTree, directory: Path) -> bool:
    """Return whether a directory is in no Git repository, or in another one, such as a submodule."""
    found = find_work_tree(directory)
    return found is None or not tree.root.samefile(found)


def _is_worth_telling(removal: Step) -> bool:
    is_changed = removal.before.files != removal.after.rendering.files
    return bool(is_changed or removal.notes or removal.after.problems)


def _is_below(place: str, directory: str) -> bool:
    return directory in (".", place) or place.startswith(f"{directory}/")


def _place_of(tree: GitTree, config: Path) -> str:
    return posixpath.normpath(posixpath.join(tree.place_of(config.parent), config.name))
