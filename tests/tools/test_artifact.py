"""A tool is built once, and again exactly when what goes into it has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tools import validation_schemas
from tools.artifact import Artifact, BuildProblem, Workplace
from tools.build import ARTIFACTS, GROUPS, ROOT

COPY = Artifact("copy", "bin/copy", ("cp", "source.txt", "{out}"), ("source.txt", "parts/*.txt"))
COPY_OF_COPY = Artifact("second", "bin/second", ("cp", "{store}/bin/copy", "{out}"), ("second.txt",), made_from=(COPY,))


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A workplace with the sources of COPY and COPY_OF_COPY."""
    (tmp_path / "parts").mkdir()
    for name in ("source.txt", "second.txt", "parts/a.txt", "unrelated.txt"):
        (tmp_path / name).write_text(name)
    return Workplace(tmp_path, tmp_path / "store", dict(os.environ), ("go1.26.8",))


def test_what_was_built_is_current_and_holds_what_was_made(place: Workplace) -> None:
    assert not place.is_current(COPY)
    place.make(COPY)
    assert place.is_current(COPY)
    assert (place.store / "bin" / "copy").read_text() == "source.txt"


@pytest.mark.parametrize(
    "change",
    [
        lambda place, copy: ((place.root / "source.txt").write_text("new"), (place, copy))[1],
        lambda place, copy: ((place.root / "parts" / "b.txt").write_text("new file"), (place, copy))[1],
        lambda place, copy: ((place.root / "parts" / "a.txt").rename(place.root / "parts" / "c.txt"), (place, copy))[1],
        lambda place, copy: (place, replace(copy, command=("cp", "-p", *copy.command[1:]))),
        lambda place, copy: (replace(place, versions=("go1.27.3",)), copy),
        lambda place, copy: (replace(place, environment={**place.environment, "GOFLAGS": "-tags=x"}), copy),
        lambda place, copy: ((place.store / "bin" / "copy").unlink(), (place, copy))[1],
    ],
    ids=["content", "new file", "renamed file", "command", "go version", "go flags", "output removed"],
)
def test_a_change_of_what_goes_in_makes_it_stale(
    place: Workplace, change: Callable[[Workplace, Artifact], tuple[Workplace, Artifact]]
) -> None:
    place.make(COPY)
    changed, copy = change(place, COPY)
    assert not changed.is_current(copy)


def test_what_does_not_go_in_leaves_it_current(place: Workplace) -> None:
    place.make(COPY)
    (place.root / "unrelated.txt").write_text("new")
    os.utime(place.root / "source.txt", (0, 0))
    assert replace(place, environment={**place.environment, "GOPROXY": "off"}).is_current(COPY)


def test_a_change_of_what_it_is_made_from_makes_it_stale(place: Workplace) -> None:
    place.make(COPY)
    place.make(COPY_OF_COPY)
    assert place.is_current(COPY_OF_COPY)
    (place.root / "source.txt").write_text("new")
    assert not place.is_current(COPY_OF_COPY)


def test_a_failed_build_says_which_and_why_and_leaves_the_old_one_stale(place: Workplace) -> None:
    place.make(COPY)
    script = "echo fetching x; echo the reason >&2; echo half > {out}; exit 7"
    broken = replace(COPY, command=("sh", "-c", script), chatter="fetching ")
    with pytest.raises(BuildProblem) as caught:
        place.make(broken)
    assert str(caught.value) == "the reason\ncopy could not be built: exit status 7."
    assert (place.store / "bin" / "copy").read_text() == "source.txt"
    assert not place.is_current(broken)


def test_a_folder_is_replaced_whole(place: Workplace) -> None:
    first = Artifact("folder", "crds", ("sh", "-c", "mkdir {out}; touch {out}/old"), ("source.txt",))
    place.make(first)
    place.make(replace(first, command=("sh", "-c", "mkdir {out}; touch {out}/new")))
    assert [file.name for file in (place.store / "crds").iterdir()] == ["new"]


def test_a_pattern_without_a_file_is_an_error(place: Workplace) -> None:
    with pytest.raises(BuildProblem, match=r"copy is to be made from typo\.txt"):
        place.key(replace(COPY, sources=("typo.txt",)))


EVERYTHING = [*ARTIFACTS, *(artifact for group in GROUPS.values() for artifact in group)]


def test_every_artifact_has_its_own_name_and_output_and_comes_after_what_it_is_made_from() -> None:
    assert len({artifact.name for artifact in EVERYTHING}) == len(EVERYTHING)
    assert len({artifact.output for artifact in EVERYTHING}) == len(EVERYTHING)
    for place, artifact in enumerate(EVERYTHING):
        assert set(artifact.made_from) <= set(EVERYTHING[:place])


def test_every_go_module_is_of_use_to_an_artifact_or_to_committed_schemas() -> None:
    modules = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("tools/go/*/go.mod")}
    of_schemas = {f"tools/go/{module}" for module in validation_schemas.MODULES}
    assert modules == of_schemas | {artifact.folder for artifact in EVERYTHING} - {"."}
