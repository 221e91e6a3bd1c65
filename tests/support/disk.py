"""A disk of its own, which can be filled, made read-only, taken away or switched off. Only some processes see it."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

# linux/fs.h, fs/ext4/ioctl.c: FS_IOC_SHUTDOWN, which the crash tests of the kernel's own file systems use too.
_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSHING_THE_LOG = struct.pack("I", 2)


class Disk:
    """A file system in a mount namespace, mounted with these arguments of mount(8); a context manager.

    A tmpfs needs no rights where users may make namespaces; anything else needs root. `folder` is its top for processes
    that are started `under` it, and `seen` is the same folder for everybody else.
    """

    def __init__(self, *mount: str | Path) -> None:
        self._mount = [str(argument) for argument in mount]

    def __enter__(self) -> Self:
        assert shutil.which("unshare"), "this test mounts a file system of its own: it needs unshare, of util-linux"
        unprivileged = os.geteuid() != 0
        namespaces = ["--user", "--map-root-user"] if unprivileged else []
        self.folder = Path(tempfile.mkdtemp(prefix="disk-"))
        self._holder = subprocess.Popen(["unshare", *namespaces, "--mount", "sleep", "infinity"])
        join = ["--user", "--preserve-credentials"] if unprivileged else []
        self.under = ["nsenter", "--target", str(self._holder.pid), *join, "--mount", f"--wd={Path.cwd()}"]
        self.seen = Path(f"/proc/{self._holder.pid}/root{self.folder}")
        try:
            self._await_namespace()
            self.mount()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def run(self, *command: str) -> None:
        """Run a command that sees it."""
        done = subprocess.run([*self.under, *command], capture_output=True, text=True)
        assert done.returncode == 0, f"{command} under {self.under}: {done.stderr}"

    def mount(self) -> None:
        """Mount it again."""
        self.run("mount", *self._mount, str(self.folder))

    def unmount(self) -> None:
        """Unmount it. No process may use it any more."""
        self.run("umount", str(self.folder))

    def switch_off(self) -> None:
        """Let it be as after a power cut: what was not synced is lost, and nothing works until it is mounted again."""
        descriptor = os.open(self.seen, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.ioctl(descriptor, _SHUTDOWN, _WITHOUT_FLUSHING_THE_LOG)
        os.close(descriptor)

    def _await_namespace(self) -> None:
        deadline = time.monotonic() + 120
        while Path(f"/proc/{self._holder.pid}/ns/mnt").readlink() == Path("/proc/self/ns/mnt").readlink():
            assert self._holder.poll() is None, "this test needs to be allowed to make a mount namespace"
            assert time.monotonic() < deadline, "unshare takes too long"
            time.sleep(0.005)

    def _end(self) -> None:
        self._holder.kill()
        self._holder.wait()
        self.folder.rmdir()
