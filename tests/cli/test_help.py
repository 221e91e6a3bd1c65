"""What `--help` says of each command, as it was read in review: rewritten by `pytest --update-goldens`."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.cli.commands import COMMAND_GROUPS, COMMANDS

from .running import Run

FOLDER = Path(__file__).parent / "help"
NAMES = [
    "registry-gitops",
    *(command.__name__ for command in COMMANDS),
    *COMMAND_GROUPS,
    *(f"{group} {command.__name__}" for group, (_, commands) in COMMAND_GROUPS.items() for command in commands),
]


@pytest.mark.pinned
@pytest.mark.parametrize("name", NAMES)
def test_the_help_is_as_it_was_reviewed(cli: Run, update_goldens: bool, name: str) -> None:
    done = cli(*(name.split() if name != NAMES[0] else []), "--help")
    assert (done.code, done.err) == (0, "")
    golden = FOLDER / f"{name.replace(' ', '-')}.txt"
    if update_goldens:
        golden.write_text(done.out, "utf-8")
    assert done.out == golden.read_text("utf-8")


def test_there_is_no_help_of_a_command_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {name.replace(" ", "-") for name in NAMES}
