"""A registry.py gets its own modules, each time anew, and leaves none of them to the next one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from registry_gitops import InputError, load

HEAD = "from registry_gitops import RegistryDeployment\n"


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Whatever a test loads, Python's import system is afterwards as it was before."""
    path, finders = list(sys.path), list(sys.meta_path)
    yield
    assert sys.path == path
    assert sys.meta_path == finders


def write(directory: Path, modules: dict[str, str], program: str) -> Path:
    for name, text in {**modules, "registry.py": HEAD + program}.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory / "registry.py"


def program(module: str = "shared", name: str = "NAME") -> str:
    return f"from {module} import {name}\ndeployment = RegistryDeployment(name={name})\n"


def problem(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    return str(caught.value)


def loaded_from(directory: Path) -> list[str]:
    files = {name: str(getattr(module, "__file__", None)) for name, module in sys.modules.items()}
    return [name for name, file in files.items() if file.startswith(f"{directory}/")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import asyncio; raise asyncio.CancelledError", "registry.py raised CancelledError"),
        ("raise BaseException('lost')", "registry.py raised BaseException: lost"),
        ("raise GeneratorExit", "registry.py raised GeneratorExit"),
        ("raise SystemExit", "registry.py raised SystemExit"),
        ("class Odd(Exception):\n  def __str__(self): raise ValueError\nraise Odd", "registry.py raised Odd"),
        ("deployment = RegistryDeployment().model_copy(update={'values': 5})", "values: must be a mapping"),
    ],
)
def test_load_reports_whatever_a_program_does_as_a_problem_of_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, {}, text)
    assert problem(path).startswith(str(path))
    assert message in problem(path)


def test_two_programs_get_their_own_modules_of_one_name(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, {"shared.py": f'NAME = "{name}"\n'}, program()) for name in ("first", "second")]
    assert [load(path).name for path in (*paths, paths[0])] == ["first", "second", "first"]
    assert loaded_from(tmp_path) == []


def test_a_program_gets_its_own_packages_and_their_submodules(tmp_path: Path) -> None:
    for name in ("first", "second"):
        modules = {
            "lib/__init__.py": "from . import names\n",
            "lib/names/__init__.py": "from ..deep.er import NAME as NAME\n",
            "lib/deep/er.py": f'NAME = "{name}"\n',
        }
        assert load(write(tmp_path / name, modules, program("lib.names"))).name == name
    assert loaded_from(tmp_path) == []


def test_a_program_that_is_changed_is_read_anew(tmp_path: Path) -> None:
    for name in ("one", "two", "six"):
        modules = {"shared.py": f'NAME = "{name}"\n', "lib/__init__.py": "", "lib/more.py": f'NAME = "{name}"\n'}
        path = write(tmp_path, modules, "import lib.more, shared\nassert lib.more.NAME == shared.NAME\n" + program())
        assert load(path).name == name
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_program_imports_from_the_directories_above_it_in_its_repository_nearest_first(tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "outside.py").write_text('NAME = "outside"\n')
    (tmp_path / "repository" / "shared.py").write_text('NAME = "top"\nOTHER = "top"\n')
    (tmp_path / "repository" / "only_top.py").write_text('NAME = "only-top"\n')
    (tmp_path / "repository" / "apps").mkdir()
    (tmp_path / "repository" / "apps" / "shared.py").write_text('NAME = "apps"\n')
    directory = tmp_path / "repository" / "apps" / "registry"
    assert load(write(directory, {}, program())).name == "apps"
    assert load(write(directory, {}, program("only_top"))).name == "only-top"
    assert load(write(directory, {"shared.py": 'NAME = "own"\n'}, program())).name == "own"
    assert "No module named 'outside'" in problem(write(directory, {}, program("outside")))
    assert load(write(directory, {"apps/x.py": ""}, program("apps.shared"))).name == "apps"
    assert loaded_from(tmp_path) == []


def test_a_worktree_is_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "shared.py").write_text('NAME = "top"\n')
    assert load(write(tmp_path / "a" / "b", {}, program())).name == "top"


def test_outside_a_repository_a_program_imports_only_from_its_own_directory(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text('NAME = "above"\n')
    assert "No module named 'shared'" in problem(write(tmp_path / "a", {}, program()))


def test_a_module_that_the_process_has_loaded_is_not_taken_for_a_programs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "host", {"shared.py": 'NAME = "host"\n'}, "")
    monkeypatch.syspath_prepend(tmp_path / "host")
    import shared  # type: ignore[import-not-found]

    assert load(write(tmp_path / "own", {"shared.py": 'NAME = "own"\n'}, program())).name == "own"
    assert sys.modules["shared"] is shared
    assert load(write(tmp_path / "none", {}, program())).name == "host"
    assert sys.modules.pop("shared") is shared


def test_modules_of_the_standard_library_stay_loaded(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    sys.modules.pop("nturl2path", None)
    load(write(tmp_path / "a", {}, 'import nturl2path\ndeployment = RegistryDeployment(name="a")\n'))
    assert "nturl2path" in sys.modules


def test_a_module_next_to_the_program_with_a_name_of_the_standard_library_has_to_be_renamed(tmp_path: Path) -> None:
    path = write(tmp_path, {"json.py": 'NAME = "own"\n'}, program("json"))
    assert problem(path).endswith("): rename json.py, because the standard library has a module of this name")


def test_a_module_above_the_program_does_not_replace_one_of_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "nturl2path.py").write_text('raise RuntimeError("not the standard library")\n')
    sys.modules.pop("nturl2path", None)
    load(write(tmp_path / "a", {}, 'import nturl2path\ndeployment = RegistryDeployment(name="a")\n'))


def test_what_a_program_adds_to_the_path_does_not_reach_the_next_program(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / f"lib-{name}").mkdir()
        (tmp_path / f"lib-{name}" / "added.py").write_text(f'NAME = "{name}"\n')
        text = f"import sys\nsys.path.insert(0, {str(tmp_path / f'lib-{name}')!r})\n" + program("added")
        assert load(write(tmp_path / name, {}, text)).name == name
    assert "No module named 'added'" in problem(write(tmp_path / "third", {}, program("added")))


def test_programs_that_add_to_the_path_get_their_own_packages_without_init(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        text = f"import sys\nsys.path.insert(0, {str(tmp_path / name / 'more')!r})\n" + program("plain.names")
        path = write(tmp_path / name / "a", {"../more/plain/names.py": f'NAME = "{name}"\n'}, text)
        assert load(path).name == name
    assert loaded_from(tmp_path) == []
    assert "plain" not in sys.modules


@pytest.mark.parametrize("init", [{}, {"plain/__init__.py": ""}])
def test_a_package_without_init_that_the_process_has_loaded_is_not_taken_for_a_programs_own(
    tmp_path: Path, init: dict[str, str]
) -> None:
    write(tmp_path / "host", {"plain/names.py": 'NAME = "host"\n', **init}, "")
    sys.path.insert(0, str(tmp_path / "host"))
    import plain.names  # type: ignore[import-not-found]

    sys.path.pop(0)
    try:
        assert load(write(tmp_path / "own", {"plain/names.py": 'NAME = "own"\n'}, program("plain.names"))).name == "own"
        assert sys.modules["plain.names"] is plain.names
    finally:
        del sys.modules["plain"], sys.modules["plain.names"]


def test_an_installed_package_goes_before_a_directory_of_its_name(tmp_path: Path) -> None:
    text = "import pydantic\nassert pydantic.BaseModel in RegistryDeployment.__mro__\n"
    text += "deployment = RegistryDeployment()\n"
    load(write(tmp_path, {"pydantic/schema.py": ""}, text))


def test_a_program_runs_next_to_modules_that_raise_when_they_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shy(ModuleType):
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

    monkeypatch.setitem(sys.modules, "shy", Shy("shy"))
    monkeypatch.setitem(sys.modules, "shared", Shy("shared"))
    assert load(write(tmp_path, {"shared.py": 'NAME = "own"\n'}, program())).name == "own"


def test_a_program_loads_another_one_with_a_module_of_the_same_name(tmp_path: Path) -> None:
    base = write(tmp_path / "base", {"shared.py": 'NAME = "base"\n'}, program())
    text = (
        "from registry_gitops import load\nimport shared\n"
        f"base = load({str(base)!r})\nimport shared as again\nassert again is shared\n"
        'deployment = base.derive(name=f"{base.name}-{shared.NAME}")\n'
    )
    assert load(write(tmp_path / "own", {"shared.py": 'NAME = "own"\n'}, text)).name == "base-own"
    without = write(tmp_path / "without", {}, program())
    text = f"import shared\nfrom registry_gitops import load\ndeployment = load({str(without)!r})\n"
    assert "No module named 'shared'" in problem(write(tmp_path / "own", {}, text))


def test_programs_that_are_loaded_at_the_same_time_get_their_own_modules(tmp_path: Path) -> None:
    names = [f"registry-{number}" for number in range(8)]
    paths = [
        write(tmp_path / n, {"shared.py": f'import time\ntime.sleep(0.01)\nNAME = "{n}"\n'}, program()) for n in names
    ]
    found: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda p=p, n=n: found.update({n: load(p).name}))
        for p, n in zip(paths, names, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {name: name for name in names}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\nNAME = 1 / 0\n", "shared.py:2: shared.py raised ZeroDivisionError: division by zero"),
        ("import no_such\n", "shared.py:1: shared.py raised ModuleNotFoundError: No module named 'no_such'"),
        ("x = (\n", "shared.py:1:5: not valid Python: '(' was never closed"),
        (
            "from registry_gitops.values import Persistence\n\nNAME = Persistence(size='much')\n",
            'shared.py:3: size: "much" is not a quantity',
        ),
        ("import json\nNAME = json.loads('{')\n", "shared.py:2: shared.py raised JSONDecodeError: "),
        ("import sys\nsys.exit('no')\n", "shared.py:2: shared.py raised SystemExit: no"),
        ("NAME = compile('x = (', 'text', 'exec')\n", "shared.py:1: shared.py raised SyntaxError: "),
        ("import inner\n", "inner.py:1: inner.py raised KeyError: 'x'"),
        ("assert 1 == 2\n", "shared.py:1: shared.py raised AssertionError"),
        ("class Stop(BaseException): ...\nraise Stop('now')\n", "shared.py:2: shared.py raised Stop: now"),
        ("raise GeneratorExit\n", "shared.py:1: shared.py raised GeneratorExit"),
        (
            "class Mute(Exception):\n    def __str__(self): return 1\nraise Mute\n",
            "shared.py:3: shared.py raised Mute",
        ),
    ],
)
def test_what_a_module_raises_names_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: str
) -> None:
    path = write(tmp_path / "a", {"shared.py": text, "inner.py": "{}['x']\n"}, program())
    assert problem(path).startswith(f"{tmp_path}/a/{place}")
    monkeypatch.chdir(tmp_path)
    assert problem(path.relative_to(tmp_path)).startswith(f"a/{place}")


def test_ctrl_c_ends_a_program_as_it_ends_python(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(write(tmp_path, {}, "raise KeyboardInterrupt\n"))


def test_a_failed_program_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path / "a", {"shared.py": 'NAME = "a"\n'}, program() + "raise ValueError('no luck')\n")
    assert problem(tmp_path / "a" / "registry.py").endswith("registry.py:4: registry.py raised ValueError: no luck")
    assert loaded_from(tmp_path) == []


def test_a_program_sees_itself_as_before(tmp_path: Path) -> None:
    text = (
        "import sys\nassert __name__ == 'registry'\nassert sys.argv[0] == __file__\n"
        "assert sys.modules['registry'].__dict__ is globals()\ndeployment = RegistryDeployment()\n"
    )
    load(write(tmp_path, {}, text))
    assert "registry" not in sys.modules
