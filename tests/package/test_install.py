"""A stranger installs registry-gitops on a machine with Python only, and types the commands of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.pages import CONSOLE, SERVED, find_free_address, find_section, find_shell_blocks
from tests.support.tools import ROOT

# pip asks the package index for the build backend and the dependencies.
pytestmark = pytest.mark.package_index

README = (ROOT / "README.md").read_text("utf-8")
QUICK_START = find_section(README, "Quick start")


@dataclass(frozen=True)
class Machine:
    """A home directory, Python, and no other program."""

    home: Path

    def type(self, commands: str, directory: Path) -> str:
        """Run commands in bash, with the installed programs on PATH, and return their output; they must succeed."""
        environment = {
            name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
        }
        environment |= {"HOME": str(self.home), "PATH": f"{self.home}/.venvs/registry-gitops/bin:{self.home}/bin"}
        done = subprocess.run(
            ["/bin/bash", "-euc", f"trap 'kill $(jobs -p) 2> {os.devnull} || true' EXIT\n{commands}"],
            cwd=directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which the README's install commands were typed, in the checkout."""
    machine = Machine(tmp_path_factory.mktemp("home"))
    (machine.home / "bin").mkdir()
    (machine.home / "bin/python3").symlink_to(Path(sys.base_prefix) / "bin/python3")
    (install,) = find_shell_blocks(find_section(README, "Install"))
    machine.type(install, ROOT)
    return machine


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A directory that is a Git repository."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def test_the_quick_start_renders_the_directory_that_the_readme_shows(machine: Machine, repository: Path) -> None:
    (block,) = CONSOLE.findall(QUICK_START)
    commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    printed = [f"$ {command}\n{machine.type(command, repository)}" for command in commands]
    assert "".join(printed) == block


def test_smoke_passes_against_serve_as_the_readme_types_them(machine: Machine, repository: Path) -> None:
    *_, serve_and_smoke = find_shell_blocks(QUICK_START)
    printed = machine.type(serve_and_smoke.replace(SERVED, find_free_address()), repository)
    assert re.search(r"^\d+ checks passed in ", printed, re.MULTILINE), printed
    assert "failed" not in printed


def test_an_installed_package_hashes_passwords_and_serves_users(machine: Machine, repository: Path) -> None:
    machine.type("printf %s hunter2 | registry-gitops htpasswd ci --password-stdin > secret", repository)
    secret = (repository / "secret").read_text()
    (line,) = re.findall(r"^ +(ci:\$2b\$.*)$", secret, re.MULTILINE)
    (repository / "users").write_text(f"{line}\n")
    address = find_free_address()
    commands = (
        f"registry-gitops serve --address {address} --htpasswd users &\n"
        f"export REGISTRY_GITOPS_PASSWORD=hunter2\n"
        f"registry-gitops smoke http://{address} --username ci --wait 10s --check api\n"
        "kill %1"
    )
    assert "1 check passed" in machine.type(commands, repository)
