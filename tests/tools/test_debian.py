"""Debian's programs are there, on PATH or unpacked; and where nothing can give one, that is said in a sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import debian


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def said(command: Path, *arguments: str) -> str:
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with an apt-get and a dpkg-deb, whose packages hold strace and a library; the folder notes their calls."""
    path = tmp_path / "path"
    program(
        path,
        "apt-get",
        f"""echo "$@" >> {tmp_path}/calls
case "$*" in
  *--simulate*) echo "Inst libunwind8 (1.6 Debian [amd64])"; echo "Conf libunwind8 (1.6)" ;;
  *download*) : > strace.deb; : > libunwind8.deb ;;
esac""",
    )
    program(
        path,
        "dpkg-deb",
        f"""echo "${{2##*/}}" >> {tmp_path}/unpacked
mkdir -p "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu"
printf '#!/bin/sh\\necho "$LD_LIBRARY_PATH" "$@"\\n' > "$3/usr/bin/strace"
chmod +x "$3/usr/bin/strace\"""",
    )
    for name in ("mkdir", "chmod", "sh"):
        (path / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(path))
    return tmp_path


def test_busybox_has_the_programs_that_a_script_in_the_image_uses(tool: Callable[[str], Path]) -> None:
    assert {"sh", "nc", "sha256sum", "wc"} <= set(said(tool("busybox"), "--list").split())


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("caddy", "version"),
        ("docker-registry", "--version"),
        ("haproxy", "-v"),
        ("openssl", "version"),
        ("redis-server", "--version"),
        ("skopeo", "--version"),
        ("strace", "-V"),
    ],
)
def test_it_starts(name: str, option: str, tool: Callable[[str], Path]) -> None:
    assert re.search(r"\b[0-9]+\.[0-9]+", said(tool(name), option))


def test_nginx_speaks_tls(tool: Callable[[str], Path]) -> None:
    about = subprocess.run([tool("nginx"), "-V"], capture_output=True, text=True, check=True).stderr
    assert "--with-http_ssl_module" in about


def test_one_on_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "busybox", "echo mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert debian.main("busybox", tmp_path / "link", tmp_path / "unpacked") == 0
    assert said(tmp_path / "link") == "mine\n"
    assert not (tmp_path / "unpacked").exists()


def test_else_it_is_unpacked_with_the_libraries_that_are_missing(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (apt / "store" / "new").mkdir(parents=True)
    assert debian.main("strace", apt / "store" / "new" / "strace", apt / "store" / "debian" / "strace") == 0
    assert (apt / "unpacked").read_text().split() == ["libunwind8.deb", "strace.deb"]
    assert "download libunwind8 strace" in (apt / "calls").read_text()

    # The store is moved, and so is the link in it, as `tools.artifact` does.
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/mine")
    store = (apt / "store").rename(apt / "moved")
    link = (store / "new").rename(store / "bin") / "strace"
    assert said(link, "-f", "a b") == f"{store}/debian/strace/usr/lib/x86_64-linux-gnu:/opt/mine -f a b\n"


def test_the_link_leads_nowhere_once_the_unpacked_is_gone(apt: Path) -> None:
    (apt / "new").mkdir()
    debian.main("strace", apt / "new" / "strace", apt / "debian")
    assert (apt / "new" / "strace").exists()
    shutil.rmtree(apt / "debian")
    assert not (apt / "new" / "strace").exists()


def test_without_apt_it_is_to_be_installed_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert debian.main("skopeo", tmp_path / "link", tmp_path / "unpacked") == 2
    assert "install it" in capsys.readouterr().err


def test_a_failed_fetch_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "apt-get", "exit 100")
    program(tmp_path, "dpkg-deb", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert debian.main("busybox", tmp_path / "link", tmp_path / "unpacked") == 2
    assert capsys.readouterr().err == "busybox is not on PATH, and apt-get could not fetch busybox-static.\n"
