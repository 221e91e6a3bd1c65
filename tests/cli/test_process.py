"""What only shows in a process of its own: pipes, terminals, signals, locales, and what is loaded at the start."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import bcrypt
import pytest
import yaml

from .running import Outcome, listing, process, program

pytestmark = pytest.mark.tools

OCI = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"


def test_init_and_render_work_from_end_to_end(tmp_path: Path) -> None:
    assert process("init", "apps/registry", folder=tmp_path).code == 0
    done = process("render", "apps/registry/registry.yaml", folder=tmp_path)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "create namespace.yaml"
    assert (tmp_path / "apps/registry/chart/Chart.yaml").is_file()


def test_the_console_script_is_the_same_program(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("registry-gitops")
    done = subprocess.run([script, "--version"], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == process("--version", folder=tmp_path).out


@pytest.mark.parametrize(
    ("words", "offered"),
    [(("re",), ["render"]), (("init", "--source", ""), ["git", "helm", "oci"]), (("schema", "v"), ["values"])],
)
def test_a_shell_can_complete_commands_and_choices(tmp_path: Path, words: tuple[str, ...], offered: list[str]) -> None:
    environment = {
        "_REGISTRY_GITOPS_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("registry-gitops", *words)),
        "COMP_CWORD": str(len(words)),
    }
    assert process(folder=tmp_path, environment=environment).out.split() == offered


@pytest.mark.parametrize("locale", ["C", "de_DE.ISO-8859-1"])
def test_the_bytes_are_the_same_in_any_locale(tmp_path: Path, locale: str) -> None:
    (tmp_path / "registry.yaml").write_text(f"{OCI}values: {{podAnnotations: {{who: Müller}}}}\n", "utf-8")
    environment = {"LC_ALL": locale, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = process("render", "--stdout", folder=tmp_path, environment=environment)
    assert (done.code, done.err) == (0, "")
    assert "who: Müller\n" in done.out or 'who: "Müller"\n' in done.out


def test_a_reader_that_leaves_early_ends_the_program_quietly(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(OCI)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        program("render", "--stdout"), cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_output_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open("rb") as only_readable:
        done = subprocess.run(
            program("schema"), cwd=tmp_path, stdout=only_readable, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"error: cannot write the output: stdout is closed, or not open for writing\n"


def test_ctrl_c_ends_with_one_line_and_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text("import sys, time\nprint('here', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen(
        program("render"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == b"here\n"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=180)
    assert (running.returncode, out, err) == (130, b"", b"interrupted\n")
    assert list(listing(tmp_path)) == ["registry.py"]


def on_a_terminal(*arguments: str, folder: Path, answers: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """Run the command line with a terminal of its own; each answer is typed when its prompt has appeared."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(sys.executable, program(*arguments))
    shown, left, end = b"", list(answers), time.monotonic() + 180
    while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the program has ended
            break
        if not piece:
            break
        shown += piece
        if left and shown.endswith(left[0][0].encode()):
            os.write(terminal, f"{left.pop(0)[1]}\n".encode())
    os.close(terminal)
    return Outcome(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode().replace("\r\n", "\n"), "")


def test_on_a_terminal_the_password_is_not_shown(tmp_path: Path) -> None:
    answers = (("Password for alice: ", "hunter2"), ("Again: ", "hunter2"))
    done = on_a_terminal("htpasswd", "alice", folder=tmp_path, answers=answers)
    assert done.code == 0
    assert "hunter2" not in done.out
    secret = yaml.safe_load(done.out[done.out.index("apiVersion") :])
    assert bcrypt.checkpw(b"hunter2", secret["stringData"]["htpasswd"].strip().partition(":")[2].encode())


def test_the_diff_is_coloured_on_a_terminal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "registry.yaml").write_text(OCI)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    on_terminal = on_a_terminal("render", "--diff", folder=tmp_path)
    assert on_terminal.code == 1
    assert "\x1b[32m+kind: Namespace\x1b[0m\n" in on_terminal.out
    assert "\x1b" not in process("render", "--diff", folder=tmp_path).out


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (("--help",), {"pydantic", "yaml", "rich", "jsonschema_rs"}),
        (("render",), {"rich", "jsonschema_rs", "requests"}),
    ],
)
def test_a_command_loads_only_what_it_uses(tmp_path: Path, arguments: tuple[str, ...], unused: set[str]) -> None:
    (tmp_path / "registry.yaml").write_text(OCI)
    code = (
        "import sys; from registry_gitops.cli import main; main(sys.argv[1:]); "
        f"print(sorted({unused!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr.splitlines()[-1] == "[]"
