"""What a program asks the system to do to files, as strace sees it, and what of it would outlive a power cut."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.support.tools import tool

CALLS = "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,write,pwrite64,pwritev,writev,ftruncate,truncate"
CALLS += (
    ",fallocate,copy_file_range,sendfile,fsync,fdatasync,close,dup,dup2,dup3,link,linkat,unlink,unlinkat,rmdir,stat"
)
_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")


class Call(NamedTuple):
    """A call that succeeded, or the stat of something that is not there, which stands for a mark."""

    name: str
    paths: list[str]
    arguments: str
    result: int


def trace(program: str, *arguments: str, log: Path) -> Iterator[Call]:
    """Run a Python program and yield its calls."""
    command = [str(tool("strace")), "-f", "-qq", "-o", str(log), "-e", f"trace=?{CALLS.replace(',', ',?')},?newfstatat"]
    subprocess.run([*command, sys.executable, "-c", program, *arguments], check=True, timeout=180)
    for line in log.read_text().splitlines():
        if match := _LINE.match(line):
            name, rest, result = match.groups()
            yield Call(name, re.findall(r'"([^"]*)"', rest), rest, int(result))


@dataclass(eq=False)
class Node:
    """A file or a folder. It is unsynced if it was written, or its entries changed, since its last fsync."""

    folder: bool
    unsynced: bool = True
    new: bool = False
    """Whether it was made since, and neither it nor anything in it was synced yet."""


@dataclass
class Disk:
    """The files below `top`, and which of them are not on the disk yet."""

    top: str
    nodes: dict[str, Node] = field(default_factory=dict)
    open: dict[int, Node] = field(default_factory=dict)

    def unsynced(self, path: str = "") -> list[str]:
        """What is at that path or below it, or all but scratch and open uploads, and not on the disk yet."""
        names = [name for name, node in self.nodes.items() if node.unsynced]
        if path:
            return [name for name in names if name == path or name.startswith(f"{path}/")]
        return [name for name in names if not {"_scratch", "uploads"}.intersection(name.split("/"))]

    def see(self, call: Call) -> None:
        """Do what the call did."""
        if call.result < 0 or call.name in ("stat", "newfstatat"):
            return
        if call.paths:
            paths = [path.removeprefix(self.top).lstrip("/") for path in call.paths if path.startswith(self.top)]
            if paths:
                self._see(call, *paths)
        elif call.name == "close":
            self.open.pop(int(call.arguments), None)
        else:
            assert call.name in ("fsync", "fdatasync", "write", "pwrite64", "ftruncate"), call
            node = self.open.get(int(call.arguments.split(",")[0]))
            if node and call.name in ("fsync", "fdatasync"):
                self._sync(node)
            elif node:
                node.unsynced = True

    def _sync(self, node: Node) -> None:
        """Linux syncs with a file that is new its folder, and so on upwards: ext4, XFS and Btrfs do."""
        path = next((name for name, each in self.nodes.items() if each is node), "")
        node.unsynced = False
        while node.new:
            node.new = False
            path = path.rpartition("/")[0]
            node = self._node(path, folder=True)
            node.unsynced = False

    def _see(self, call: Call, path: str, target: str = "") -> None:
        match call.name.removesuffix("at2").removesuffix("at"):
            case "open" | "cre":
                if "O_CREAT" in call.arguments and path not in self.nodes:
                    self._enter(path, Node(folder=False, new=True))
                self.open[call.result] = self._node(path, folder="O_DIRECTORY" in call.arguments)
            case "mkdir":
                self._enter(path, Node(folder=True, unsynced=False, new=True))
            case "rename":
                self._move(path, target)
            case "link":
                self._enter(target, self._node(path, folder=False))
            case "unlink" | "rmdir":
                self.nodes.pop(path, None)
                self._changed(path)
            case _:
                raise AssertionError(call)

    def _node(self, path: str, *, folder: bool) -> Node:
        return self.nodes.setdefault(path, Node(folder, unsynced=False))

    def _enter(self, path: str, node: Node) -> None:
        self.nodes[path] = node
        self._changed(path)

    def _changed(self, path: str) -> None:
        # What stands in the scratch folder of a process need not last, but what is in that does.
        if "_scratch" not in path.split("/")[-3:]:
            self._node(path.rpartition("/")[0], folder=True).unsynced = True

    def _move(self, source: str, target: str) -> None:
        for name in [name for name in self.nodes if name == source or name.startswith(f"{source}/")]:
            self.nodes[target + name[len(source) :]] = self.nodes.pop(name)
        self._changed(source)
        self._changed(target)
