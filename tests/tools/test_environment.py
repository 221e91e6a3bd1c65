"""The virtual environment is made once, completed when more is asked for, and made anew when a pin changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import environment

BASE, DEV, DEMO = "requirements/base.txt", "requirements/dev.txt", "requirements/demo.txt"
EDITABLE_AND_CHECK = ["editable", "check"]


class Project:
    """A project folder, its environment, and what was done to that."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.done: list[str] = []
        (root / "requirements").mkdir()
        for file, text in {BASE: "a==1\n", DEV: "-r base.txt\nb==1\n", DEMO: "-r base.txt\nc==1\n"}.items():
            (root / file).write_text(text)
        (root / "pyproject.toml").write_text("[project]\n")

    def ensure(self, *requirements: str) -> list[str]:
        """What is done so that the environment holds these."""
        self.done = []
        environment.ensure(self.venv, [self.root / file for file in requirements])
        return self.done

    def create(self, venv: Path) -> None:
        self.done.append("create")
        venv.mkdir(exist_ok=True)

    def pip(self, _venv: Path, _purpose: str, *arguments: str) -> None:
        *_, last = arguments
        words = {"check": "check", str(self.root): "editable"}
        self.done.append(words.get(last) or str(Path(last).relative_to(self.root)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "create", project.create)
    monkeypatch.setattr(environment, "pip", project.pip)
    return project


def test_the_first_call_makes_it_and_the_second_does_nothing(project: Project) -> None:
    assert project.ensure(DEV) == ["create", DEV, *EDITABLE_AND_CHECK]
    assert project.ensure(DEV) == []


def test_a_second_file_is_added_to_what_is_there(project: Project) -> None:
    project.ensure(DEV)
    assert project.ensure(DEMO) == [DEMO, *EDITABLE_AND_CHECK]
    assert project.ensure(DEV) == []
    assert project.ensure(DEMO, DEV) == []


@pytest.mark.parametrize("file", [DEV, BASE])
def test_a_changed_pin_makes_it_anew_also_in_an_included_file(project: Project, file: str) -> None:
    project.ensure(DEV)
    with (project.root / file).open("a") as text:
        text.write("new==1\n")
    assert project.ensure(DEV) == ["create", DEV, *EDITABLE_AND_CHECK]


def test_a_file_that_is_not_asked_for_now_counts_once_it_was_installed(project: Project) -> None:
    project.ensure(DEV, DEMO)
    (project.root / DEMO).write_text("-r base.txt\n")
    assert project.ensure(DEV) == ["create", DEV, *EDITABLE_AND_CHECK]


def test_a_changed_project_file_renews_the_installed_project_alone(project: Project) -> None:
    project.ensure(DEV)
    (project.root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert project.ensure(DEV) == EDITABLE_AND_CHECK


def test_another_python_makes_it_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.ensure(DEV)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert project.ensure(DEV)[0] == "create"


def test_a_moved_environment_is_made_anew(project: Project) -> None:
    project.ensure(DEV)
    project.venv = project.venv.rename(project.root / "moved")
    assert project.ensure(DEV)[0] == "create"


def test_an_interrupted_installation_is_made_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise environment.EnvironmentProblem("pip could not install")

    with monkeypatch.context() as patched:
        patched.setattr(environment, "pip", fails)
        with pytest.raises(environment.EnvironmentProblem):
            project.ensure(DEV)
    assert project.ensure(DEV) == ["create", DEV, *EDITABLE_AND_CHECK]


def test_what_pip_said_comes_before_one_sentence(tmp_path: Path) -> None:
    pip = tmp_path / "bin" / "python"
    pip.parent.mkdir()
    pip.write_text("#!/bin/sh\necho no such package\nexit 1\n")
    pip.chmod(0o755)
    with pytest.raises(environment.EnvironmentProblem) as caught:
        environment.pip(tmp_path, "install requirements/dev.txt", "install")
    assert str(caught.value) == "no such package\npip could not install requirements/dev.txt (exit status 1)."
