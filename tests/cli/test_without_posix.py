"""The commands where what only POSIX has is missing, as on Windows: hidden from a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.cli.commands import COMMAND_GROUPS, COMMANDS
from registry_gitops.registry import ReferenceRegistry

from .running import Outcome, process

pytestmark = pytest.mark.tools

# The modules and names that CPython for Windows does not have. Those of `os` that the standard library itself needs on
# this system are left in.
WINDOWS = """
import os, signal, socket, subprocess, sys, tempfile

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in ("resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "syslog", "readline"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
for name in (
    "O_DIRECTORY O_NOFOLLOW O_CLOEXEC O_SYNC O_DSYNC sendfile pread preadv pwrite pwritev posix_fadvise "
    "posix_fallocate fdatasync sync statvfs fchmod fchown chown lchown getuid geteuid getgid getegid getgroups setsid "
    "getpgid killpg fork forkpty mkfifo uname getloadavg nice wait wait3 wait4 sched_getaffinity chroot ttyname"
).split():
    if hasattr(os, name):
        delattr(os, name)
for name in "SIGHUP SIGKILL SIGALRM SIGUSR1 SIGUSR2 SIGCHLD SIGPIPE SIGQUIT alarm pause sigwait pthread_kill".split():
    delattr(signal, name)
for name in ("AF_UNIX", "SO_REUSEPORT"):
    if hasattr(socket, name):
        delattr(socket, name)
"""
MAIN = "from registry_gitops.cli import main; sys.exit(main(sys.argv[1:]))"


def windows(*arguments: str | Path, folder: Path, code: str = MAIN) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS + code, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=180,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceRegistry() as registry:
        yield registry.url


@pytest.mark.parametrize("command", [*(command.__name__ for command in COMMANDS), *COMMAND_GROUPS])
def test_every_command_shows_its_help(tmp_path: Path, command: str) -> None:
    assert windows(command, "--help", folder=tmp_path) == process(command, "--help", folder=tmp_path)


def test_every_module_of_the_package_can_be_imported(tmp_path: Path) -> None:
    code = (
        "import pkgutil, importlib, registry_gitops\n"
        "for module in pkgutil.walk_packages(registry_gitops.__path__, 'registry_gitops.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "print('registry_gitops.cli.commands.serve' in sys.modules)"
    )
    assert windows(folder=tmp_path, code=code) == Outcome(0, "True\n", "")


def test_init_render_explain_and_schema_do_the_same(tmp_path: Path) -> None:
    for words in (
        ("init",),
        ("render",),
        ("render", "--check"),
        ("explain", "values"),
        ("schema",),
        ("schema", "values"),
    ):
        outcomes = []
        for name, run in (("here", process), ("there", windows)):
            (tmp_path / name).mkdir(exist_ok=True)
            outcomes.append(run(*words, folder=tmp_path / name))
        assert outcomes[0] == outcomes[1]
        assert outcomes[0].code == 0
    here, there = (
        {str(path.relative_to(tmp_path / name)): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("here", "there")
    )
    assert here == there
    assert "helmrelease.yaml" in here


def test_smoke_passes_a_registry_that_works(tmp_path: Path, url: str) -> None:
    done = windows("smoke", url, "--level", "full", "--layer-size", "1Mi", "-o", "junit=report.xml", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "report.xml").is_file()
    assert windows("smoke", url, "--before-restart", "state", folder=tmp_path).code == 0
    done = windows("smoke", url, "--after-restart", "state", folder=tmp_path)
    assert (done.code, done.err) == (0, "")


def test_htpasswd_prints_a_secret(tmp_path: Path) -> None:
    code = f"import io; sys.stdin = io.TextIOWrapper(io.BytesIO(b'hunter2\\n')); {MAIN}"
    assert "kind: Secret" in windows("htpasswd", "alice", "--password-stdin", folder=tmp_path, code=code).out


def test_status_says_what_kubectl_says(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n")
    done = windows("status", "--kubeconfig", kubeconfig, "--namespace", "n", folder=tmp_path)
    assert done.code == 3
    assert "internal error" not in done.err


@pytest.mark.parametrize("words", [("serve", "--address", "127.0.0.1:0"), ("serve", "data"), ("gc", "data")])
def test_serve_and_gc_say_that_they_need_another_system(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "data/docker/registry/v2").mkdir(parents=True)
    done = windows(*words, folder=tmp_path)
    assert done == Outcome(
        2,
        "",
        "error: the registry needs a POSIX system: use Linux or macOS, or on Windows WSL or a container\n",
    )
